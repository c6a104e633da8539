-- Judged records by verdict.
select
    verdict,
    count(*) as records,
from temp.judged
group by verdict
order by verdict
