-- Accepted plays of a file that the player noted over a minute before the report tells.
select
    count(*) as plays,
from temp.incoming
where
    reason is null
    and time_kind = 'end'
    and offline_at <= played_at
    and offline_at
    < played_at - (coalesce(ms_played, 0) + 60000) * interval '0.001 seconds'
