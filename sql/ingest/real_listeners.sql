-- Listeners of accepted records who are not invented.
select distinct
    listeners.listener,
from temp.incoming
inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
where
    incoming.reason is null
    and not listeners.is_demo
order by listeners.listener
