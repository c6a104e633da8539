-- The new statements, as of now.
insert into raw.album_stats by name
select
    album_name_id,
    $source as source,
    $now as fetched_at,
    facts.album_mbid,
    facts.listeners,
    facts.playcount,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
