-- Songs on the listeners' playlists, but for those added at or after the instant of the build.
--
-- grain: listener_id, source, playlist, track_name_id, item_number

select
    listener_id,                                         -- the listener's integer
    source,                                              -- service the list is of
    playlist,                                            -- its name
    track_name_id,                                       -- a spelling of a track
    row_number() over by_date as item_number,            -- 1, 2, … of the song on the list
    added_at, -- UTC; noon where only the day is known; null: the source does not say
    max(spotify_track_id) as playlist_spotify_track_id,  -- Spotify id of the item, if known
from raw.playlist_items
where added_at is null or added_at < (select as_of from raw.settings)
group by listener_id, source, playlist, track_name_id, added_at
window
    by_date as (
        partition by listener_id, source, playlist, track_name_id
        order by added_at nulls last, track_name_id
    )
