-- Which errors of the player are new: the k-th of a kind and instant in the file against the k-th
-- in raw.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        listeners.listener_id,
        incoming.event_type,
        incoming.occurred_at,
        incoming.is_fatal,
        row_number() over equal_events as copy,
    from temp.incoming
    inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
    where incoming.reason is null
    window
        equal_events as (
            partition by
                listeners.listener_id,
                incoming.event_type,
                incoming.occurred_at
            order by incoming.line
        )

),

stored as (

    select
        listener_id,
        event_type,
        occurred_at,
        count(*) as stored_events,
    from raw.technical_events
    where source = $source
    group by listener_id, event_type, occurred_at

)

select
    -- Nothing stored is none, not unknown.
    if(stated.copy > coalesce(stored.stored_events, 0), 'kept', 'known') as verdict,
    stated.line,
    stated.listener_id,
    stated.event_type,
    stated.occurred_at,
    stated.copy - 1 as ordinal,
    stated.is_fatal,
from stated
left join stored using (listener_id, event_type, occurred_at)
