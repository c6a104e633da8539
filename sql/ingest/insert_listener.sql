-- Ids are given once, from 1 on.
insert into raw.listeners by name
select
    coalesce(max(listener_id), 0) + 1 as listener_id,
    $listener as listener,
    $is_demo as is_demo,
    $now as created_at,
from raw.listeners
