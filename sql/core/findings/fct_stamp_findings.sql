-- Plays with times that look made up: many at once, or all at midnight.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 1

with

crowded_minutes as (

    select
        listener_id,
        local_date,
        date_trunc('minute', played_at) as played_minute,
        count(*) as plays,
    from core.fct_plays
    -- Skipping through a list is no fault of a clock.
    where is_counted and coalesce(ms_played >= 30000, true)
    group by listener_id, local_date, date_trunc('minute', played_at)
    having count(*) >= 5

),

midnight_days as (

    select
        listener_id,
        local_date,
        count(*) as plays,
    from core.fct_plays
    where
        is_counted
        and (
            reported_at = date_trunc('day', reported_at)
            or local_at = date_trunc('day', local_at)
        )
    group by listener_id, local_date
    having count(*) >= 3

)

select
    listener_id,
    'five or more plays in a minute' as quality_check, -- what was looked for
    cast(local_date as varchar) as subject,            -- the day, week or thing it was found in
    cast(sum(plays) as bigint) as cases,               -- how many, in the unit the meaning names
    cast(null as double) as cases_share,               -- … of all there are; null: of no whole
    'plays in such minutes on this day: an offline queue or a wrong clock'
        as meaning,                                    -- what the number counts
from crowded_minutes
group by listener_id, local_date
union all
select
    listener_id,
    'three or more plays at midnight' as quality_check,
    cast(extract(year from local_date) as varchar) as subject,
    cast(sum(plays) as bigint) as cases,
    cast(null as double) as cases_share,
    'plays at 00:00:00 on such days of this year: only the day may be known' as meaning,
from midnight_days
group by listener_id, extract(year from local_date)
union all
select
    listener_id,
    'same track at the same time' as quality_check,
    cast(min(local_date) as varchar) || ' to ' || cast(max(local_date) as varchar) as subject,
    count(*) as cases,
    cast(null as double) as cases_share,
    'further plays of a track at one time, from the first such day to the last' as meaning,
from core.fct_plays
where ordinal > 0
group by listener_id
