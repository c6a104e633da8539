-- What became of the records of each of several files that were settled as one: the lines of a file
-- begin at a multiple of $lines.
with

met as (

    select
        line // $lines as part,
        played_at,
        reason,
    from temp.incoming

),

kept as (

    select
        line // $lines as part,
        count(*) as kept_count,
    from temp.judged
    where verdict = 'kept'
    group by part

),

reasons as (

    select
        part,
        reason,
        count(*) as records_count,
    from met
    where reason is not null
    group by part, reason

),

rejected as (

    select
        part,
        map(list(reason order by records_count desc, reason),
            list(records_count order by records_count desc, reason)) as rejected_reasons,
    from reasons
    group by part

),

counted as (

    select
        part,
        count(*) filter (where reason is null) as plays_count,
        count(*) filter (where reason = 'time not understood') as untimed_count,
        count(distinct date_trunc('week', played_at - interval '2 days'))
            filter (where reason is null) as weeks_count,
        max(played_at) filter (where reason is null) as last_at,
    from met
    group by part

)

select
    counted.part,
    coalesce(kept.kept_count, 0) as kept_count, -- none of it is new
    rejected.rejected_reasons,
    counted.plays_count,
    counted.untimed_count,
    counted.weeks_count,
    counted.last_at,
from counted
left join kept using (part)
left join rejected using (part)
