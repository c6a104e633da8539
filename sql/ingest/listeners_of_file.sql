-- The listeners whose records a file brought; where none was accepted, whose the rejected ones are.
select distinct
    listeners.listener_id,
    listeners.listener,
from temp.incoming
inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
where
    incoming.reason is null
    or not exists (from temp.incoming where reason is null)
order by listeners.listener_id
