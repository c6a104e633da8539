-- The new artists of a data set.
insert into raw.source_artists by name
select
    $source as source,
    source_artist_id,
    artist_name_id,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
