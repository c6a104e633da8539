-- Errors of the player, as its log has them.
--
-- grain: listener_id, source, event_type, occurred_at, ordinal

select
    listener_id,
    source,
    event_type,
    occurred_at,
    ordinal,
from staging.stg_technical_events
