-- Accepted plays of a file by source and listener.
select
    source,
    listener_id,
    count(*) as plays,
from temp.named
group by source, listener_id
order by source, listener_id
