-- Rejected records by reason, the commonest first.
select
    reason,
    count(*) as records,
from temp.incoming
where reason is not null
group by reason
order by records desc, reason
