-- What was read and not kept.
insert into raw.rejects by name
select
    $import_id as import_id,
    line,
    reason,
    record,
from temp.incoming
where reason is not null
order by line
