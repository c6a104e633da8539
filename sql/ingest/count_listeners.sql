-- Accepted plays of a file by listener.
select
    listener_id,
    count(*) as plays,
from temp.named
group by listener_id
order by listener_id
