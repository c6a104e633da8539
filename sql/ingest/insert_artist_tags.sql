-- The new tags, as of now.
insert into raw.artist_tags by name
select
    artist_name_id,
    tag,
    tag_key,
    weight,
    $source as source,
    $now as fetched_at,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
