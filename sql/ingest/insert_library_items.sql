-- The newly saved songs, as of now.
insert into raw.library_items by name
select
    listener_id,
    $source as source,
    track_name_id,
    spotify_track_id,
    $now as fetched_at,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
