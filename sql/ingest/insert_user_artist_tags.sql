-- The new assignments of tags.
insert into raw.user_artist_tags by name
select
    $source as source,
    source_user_id,
    source_artist_id,
    source_tag_id,
    tagged_on,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
