-- How often each listener has played what was reported under each spelling of a track.
--
-- grain: listener_id, track_name_id, track_id, artist_id
-- audit: album_plays <= plays

select
    listener_id,
    track_name_id,
    track_id,
    artist_id,
    count(*) as plays,                                              -- those that count
    count(*) filter (where album_id is not null) as album_plays,    -- … that name an album
from core.fct_plays
where is_counted
group by listener_id, track_name_id, track_id, artist_id
