-- From when to when the logs of the player speak of a type of error.
--
-- grain: listener_id, source, event_type, first_at, last_at

select distinct
    listener_id,
    source,
    event_type,
    first_at,  -- UTC; first row of the log file
    last_at,   -- UTC; last row of the log file
from raw.technical_log_ranges
