-- The new pairs of user and artist.
insert into raw.user_artists by name
select
    $source as source,
    source_user_id,
    source_artist_id,
    plays,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
