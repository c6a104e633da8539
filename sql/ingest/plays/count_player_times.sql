-- Accepted plays of a file that the player noted over a minute before the report tells.
select
    count(*) as plays,
from temp.named
where
    time_kind = 'end'
    and facts.offline_at <= played_at
    and facts.offline_at
    < played_at - (coalesce(facts.ms_played, 0) + 60000) * interval '0.001 seconds'
