-- The new shows.
insert into raw.live_shows by name
select
    listener_id,
    $source as source,
    artist_name_id,
    show_date,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
