-- Songs on the listeners' playlists, added before the instant of the build.
--
-- grain: listener_id, source, playlist, track_name_id, added_at

select
    listener_id,
    source,
    playlist,                                            -- its name
    track_name_id,
    added_at,                                            -- UTC; noon where only the day is known
    max(spotify_track_id) as playlist_spotify_track_id,  -- Spotify id of the item, if known
from raw.playlist_items
where added_at < (select as_of from raw.settings)
group by listener_id, source, playlist, track_name_id, added_at
