-- Errors of the player before the instant of the build.
--
-- grain: listener_id, source, event_type, occurred_at, ordinal

select
    listener_id,
    source,
    event_type,   -- connection_error, playback_error, stutter, track_not_played, playback_retry
    occurred_at,  -- UTC
    ordinal,
from raw.technical_events
where occurred_at < (select as_of from raw.settings)
