-- The new feedback.
insert into raw.feedback by name
select
    listener_id,
    $source as source,
    given_at,
    track_name_id,
    score,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
