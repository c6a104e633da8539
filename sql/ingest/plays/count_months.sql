-- Plays to insert, by listener and month.
select
    listener_id,
    date_trunc('month', played_at) as month,
    count(*) as plays,
from temp.judged
where verdict in ('kept', 'retold')
group by all
order by all
