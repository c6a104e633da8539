-- The new statements, as of now.
insert into raw.artist_stats by name
select
    artist_name_id,
    $source as source,
    $now as fetched_at,
    facts.artist_mbid,
    facts.listeners,
    facts.playcount,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
