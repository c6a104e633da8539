-- After an import was taken out: ordinals 0, 1, … again among equal errors of the player.
with

repeated as (

    select distinct
        listener_id,
        source,
        event_type,
        occurred_at,
    from raw.technical_events
    where ordinal > 0

),

numbered as (

    select
        technical_events.rowid as event_rowid,
        row_number() over equal_events - 1 as ordinal,
    from raw.technical_events
    semi join repeated using (listener_id, source, event_type, occurred_at)
    window
        equal_events as (
            partition by
                technical_events.listener_id,
                technical_events.source,
                technical_events.event_type,
                technical_events.occurred_at
            order by technical_events.ordinal
        )

)

update raw.technical_events
set ordinal = numbered.ordinal,
from numbered
where technical_events.rowid = numbered.event_rowid and technical_events.ordinal != numbered.ordinal
