-- The new plays. The ordinal counts on from the equal plays that are there.
insert into raw.plays by name
select
    listener_id,
    $source as source,
    played_at,
    track_name_id,
    ordinal,
    album_name_id,
    time_kind,
    time_precision,
    unnest(facts),
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by listener_id, played_at, track_name_id, ordinal
