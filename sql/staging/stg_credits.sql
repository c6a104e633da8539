-- Which artists the spelling of a track names, or a service lists beside it.
--
-- grain: track_name_id, artist_name_id, credit_position, is_guest, stated_by

select
    track_name_id,
    artist_name_id,
    position as credit_position,  -- 1, 2, … in the order of the statement
    is_guest,                     -- "feat."
    stated_by,                    -- the service; name: the text of artist or title
from raw.credits
