-- Playlists that the listener says hold the songs of the week.
--
-- grain: listener_id, playlist

select distinct
    listener_id,
    playlist,
from raw.favorite_playlists
