-- The new errors of the player. The ordinal counts on from the equal ones that are there.
insert into raw.technical_events by name
select
    listener_id,
    $source as source,
    event_type,
    occurred_at,
    ordinal,
    is_fatal,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by listener_id, occurred_at, event_type, ordinal
