-- When each week of a listener's history begins and ends, weeks without a play included.
--
-- Over 80 lines: a change of clocks at midnight takes five steps to get right.
--
-- grain: listener_id, week_ending
-- audit: starts_at < ends_at
-- audit: decision_at > starts_at and decision_at <= ends_at

{% from 'macros.sql' import to_local, near_utc, week_number %}

with

histories as (

    select
        listener_id,
        min(week_ending) as first_week_ending,
        cast(date_diff('day', min(week_ending), max(week_ending)) // 7 as integer) as weeks,
    from core.fct_plays
    where is_in_training
    group by listener_id

),

-- From one week before the first, whose end is where the first begins.
numbered as (

    select
        listener_id,
        first_week_ending,
        unnest(generate_series(-1, weeks)) as week_index,
    from histories

),

clocks as (

    select
        numbered.listener_id,
        numbered.week_index,
        dim_listeners.time_zone,
        numbered.first_week_ending + cast(7 * numbered.week_index as integer) as week_ending,
        cast(numbered.first_week_ending + cast(7 * numbered.week_index + 1 as integer)
            as timestamp) as end_clock,
        cast(numbered.first_week_ending + cast(7 * numbered.week_index as integer)
            as timestamp) + dim_listeners.decision_minute * interval '1 minute' as decision_clock,
    from numbered
    inner join core.dim_listeners using (listener_id)

),

guesses as (

    select
        *,
        {{ near_utc('end_clock', 'end_clock', 'time_zone') }} as end_guess,
        {{ near_utc('decision_clock', 'decision_clock', 'time_zone') }} as decision_guess,
    from clocks

),

-- By the clocks of before and of after a change of clocks near midnight; elsewhere both are equal.
candidates as (

    select
        *,
        {{ near_utc('end_clock', "(end_guess - interval '3 hours')", 'time_zone') }} as end_before,
        {{ near_utc('end_clock', "(end_guess + interval '3 hours')", 'time_zone') }} as end_after,
    from guesses

),

instants as (

    select
        listener_id,
        week_index,
        week_ending,
        -- The last instant from which the calendar shows a later day. Midnight may come twice
        -- (with or without the day before in between), or never: then it is when the clock jumps.
        case
            when
                {{ to_local('end_after', 'time_zone') }} = end_clock
                and {{ to_local("(end_after - interval '1 microsecond')", 'time_zone') }}
                    < end_clock
                then end_after
            when {{ to_local('end_before', 'time_zone') }} = end_clock then end_before
            else greatest(end_before, end_after)
        end as ends_at,
        {{ near_utc('decision_clock', 'decision_guess', 'time_zone') }} as decision_at,
    from candidates

)

select
    listener_id,
    week_ending,
    {{ week_number('week_ending') }} as week_number, -- counts the weeks without a hole
    lag(ends_at) over by_listener as starts_at,    -- UTC; the local midnight that opens the week
    ends_at,      -- UTC; the local midnight that closes it, itself outside
    -- Where the calendar skips the last day of a week, that hour never comes.
    least(ends_at, decision_at) as decision_at,    -- UTC; when a pick is assumed if none is known
from instants
window
    by_listener as (
        partition by listener_id
        order by week_ending
    )
qualify week_index >= 0
