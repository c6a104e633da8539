-- Errors of the player: the k-th of a kind and instant in the file against the k-th in raw. One
-- that is of no time, or of one that the clock of a device made up, is refused.
{% from 'macros_ingest.sql' import insert_kept, judge, reject %}
{% set key = ['listener_id', 'event_type', 'occurred_at', 'ordinal'] %}
{% set more = ['is_fatal'] %}

{{ reject({
    'no time': 'occurred_at is null',
    'time before 2002': "occurred_at < timestamp '2002-10-01'",
    'time in the future': 'occurred_at > $latest',
}, record="coalesce(record, concat_ws(', ', event_type, occurred_at))") }};

create or replace temp table named as
select
    incoming.line,
    listeners.listener_id,
    incoming.event_type,
    incoming.occurred_at,
    row_number() over equal_events - 1 as ordinal,
    incoming.is_fatal,
from temp.incoming
inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
where incoming.reason is null
window
    equal_events as (
        partition by listeners.listener_id, incoming.event_type, incoming.occurred_at
        order by incoming.line
    );

{% call judge(key, more) %}
raw.technical_events
where source = $source
{% endcall %};

{{ insert_kept(
    'raw.technical_events',
    key + more,
    order=['listener_id', 'occurred_at', 'event_type', 'ordinal'],
) }};

-- From when to when the file speaks, be its rows new or known; the same range not twice.
insert into raw.technical_log_ranges by name
with

spans as (

    select
        listener_id,
        $source as source,
        event_type,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
    from temp.judged
    group by listener_id, event_type

)

select
    spans.*,
    $import_id as import_id,
from spans
anti join raw.technical_log_ranges using (listener_id, source, event_type, first_at, last_at)
