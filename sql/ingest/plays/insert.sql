-- The new plays, and those that tell a stored one otherwise. The ordinal counts on from the equal
-- plays that are there.
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
    -- An older export came after the newer one.
    case when not retold.is_newer then retold.import_id end as superseded_by,
from temp.judged
left join temp.retold using (line)
where verdict in ('kept', 'retold')
order by listener_id, played_at, track_name_id, ordinal
