-- Names that several listeners have: imports join on the name, and would give plays to each.
select
    listener,
    count(*) as listeners,
from raw.listeners
group by listener
having count(*) > 1
