-- Artists of the survey as listeners put them in order, each answer.
--
-- grain: listener_id, rated_at, rank

select
    listener_id,
    rated_at,          -- UTC; one instant for all of an answer
    rank,              -- 1: the favourite
    artist_name_id,    -- a spelling of the artist
from raw.ratings
