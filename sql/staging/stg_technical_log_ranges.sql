-- From when to when the logs of the player speak of a type of error, up to the build's instant.
--
-- grain: listener_id, source, event_type, first_at, last_at

select distinct
    listener_id,
    source,
    event_type,
    first_at,     -- UTC; first row of the log file
    least(
        last_at,
        (select as_of from raw.settings)
    ) as last_at, -- UTC; its last row seen here
from raw.technical_log_ranges
where first_at < (select as_of from raw.settings)
