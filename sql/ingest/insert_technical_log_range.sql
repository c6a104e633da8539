-- From when to when the file speaks, be its rows new or known; the same range not twice.
insert into raw.technical_log_ranges by name
with

spans as (

    select
        listener_id,
        event_type,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
    from temp.judged
    group by listener_id, event_type

),

stored as (

    select
        listener_id,
        event_type,
        first_at,
        last_at,
    from raw.technical_log_ranges
    where source = $source

)

select
    spans.listener_id,
    $source as source,
    spans.event_type,
    spans.first_at,
    spans.last_at,
    $import_id as import_id,
from spans
anti join stored using (listener_id, event_type, first_at, last_at)
