-- What was read, and the times of it that Python has to look at.
select
    count(*) as records,
    count(record) as odd_times,
from temp.incoming
