-- The new statements, as of now.
insert into raw.artist_profiles by name
select
    artist_mbid,
    $source as source,
    $now as fetched_at,
    facts.country,
    facts.artist_type,
    facts.career_begin_date,
    facts.career_end_date,
    facts.has_career_ended,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
