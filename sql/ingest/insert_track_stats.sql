-- The new statements, as of now.
insert into raw.track_stats by name
select
    track_name_id,
    $source as source,
    $now as fetched_at,
    facts.spotify_track_id,
    facts.album_name,
    facts.release_date,
    facts.duration_ms,
    facts.popularity,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
