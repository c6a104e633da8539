-- Counted plays of one listener by weekday, 0 = Sunday. $listener_id.

{% from 'macros.sql' import weekday %}

select
    {{ weekday('local_date') }} as weekday,
    count(*) as plays,
from core.fct_plays
where listener_id = $listener_id and is_counted
group by weekday
order by weekday
