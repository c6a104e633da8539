-- Songs that the listeners have saved, as an export before the instant of the build has them.
--
-- grain: listener_id, source, track_name_id, fetched_at

select
    listener_id,                                        -- the listener's integer
    source,                                             -- service the song is saved at
    track_name_id,                                      -- a spelling of a track
    fetched_at,                                         -- UTC; when the export was imported
    max(spotify_track_id) as library_spotify_track_id,  -- Spotify id of the item, if known
from raw.library_items
where fetched_at < (select as_of from raw.settings)
group by listener_id, source, track_name_id, fetched_at
