-- The new days.
insert into raw.played_days by name
select
    listener_id,
    $source as source,
    played_on,
    track_name_id,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
