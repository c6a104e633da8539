-- The new favourites.
insert into raw.picks by name
select
    listener_id,
    picked_at,
    track_name_id,
    $source as source,
    week_ending,
    spotify_track_id,
    idempotency_key,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
