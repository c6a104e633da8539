-- Every track with the work it is a version of: one artist, one title, whatever stands in brackets.
--
-- grain: track_id

select
    track_id,
    -- A title that is nothing but signs is a work of its own.
    coalesce(min(track_id) over of_title, track_id) as work_id, -- the smallest track of the work
from core.dim_tracks
window
    -- A title of brackets alone has no key without them.
    of_title as (partition by artist_id, coalesce(work_key, track_key))
