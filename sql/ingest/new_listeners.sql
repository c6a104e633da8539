-- Listeners of accepted records that have no id yet.
select distinct
    coalesce(incoming.listener, $listener) as listener,
from temp.incoming
anti join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
where incoming.reason is null
order by listener
