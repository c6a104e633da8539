-- From when to when the logs of the player speak of a type of error, up to the build's instant.
--
-- grain: listener_id, source, event_type, first_at, last_at

select distinct
    technical_log_ranges.listener_id,
    technical_log_ranges.source,
    technical_log_ranges.event_type,
    technical_log_ranges.first_at,  -- UTC; first row of the log file
    least(technical_log_ranges.last_at, settings.as_of) as last_at, -- UTC; its last row seen here
from raw.technical_log_ranges
cross join raw.settings
where technical_log_ranges.first_at < settings.as_of
