-- The plays of a listener, or all records of them, with all that is known of them, oldest first.
select
    * exclude (listener, ordinal, is_counted, is_duplicate, is_listen, payload_alone)
    replace (if($every_record, payload, payload_alone) as payload),
from temp.exported_plays
where listener = $listener and (not is_duplicate or $every_record)
order by reported_at, source, artist, track, ordinal
