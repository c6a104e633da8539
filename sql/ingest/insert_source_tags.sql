-- The new tags of a data set.
insert into raw.source_tags by name
select
    $source as source,
    source_tag_id,
    tag,
    tag_key,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
