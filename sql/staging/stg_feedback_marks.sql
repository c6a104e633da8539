-- What listeners said of songs and artists: up, down, or taken back.
--
-- grain: listener_id, source, given_at, name_id

select
    listener_id,
    source,
    given_at,                             -- UTC
    track_name_id as name_id,             -- the spelling of a song or of an artist
    max(score) as score,                  -- 1: up, -1: down, 0: taken back
from raw.feedback
group by listener_id, source, given_at, track_name_id
