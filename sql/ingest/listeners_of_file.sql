-- The listeners whose accepted records a file brought.
select distinct
    listeners.listener_id,
    listeners.listener,
from temp.incoming
inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
where incoming.reason is null
order by listeners.listener_id
