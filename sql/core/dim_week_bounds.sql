-- When each week of a listener's history begins and ends, weeks without a play included.
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

-- The second guess is right except where midnight itself is skipped; there the later of both
-- is the instant at which the clock jumps.
corrected as (

    select
        *,
        {{ near_utc('end_clock', 'end_guess', 'time_zone') }} as end_correction,
        {{ near_utc('decision_clock', 'decision_guess', 'time_zone') }} as decision_correction,
    from guesses

),

instants as (

    select
        listener_id,
        week_index,
        week_ending,
        case
            when {{ to_local('end_correction', 'time_zone') }} = end_clock then end_correction
            else greatest(end_guess, end_correction)
        end as ends_at,
        decision_correction as decision_at,
    from corrected

),

bounded as (

    select
        listener_id,
        week_index,
        week_ending,
        lag(ends_at) over by_listener as starts_at,
        ends_at,
        decision_at,
    from instants
    window
        by_listener as (
            partition by listener_id
            order by week_ending
        )

)

select
    listener_id,
    week_ending,
    {{ week_number('week_ending') }} as week_number,
    starts_at,    -- UTC; the listener's local midnight that opens the week
    ends_at,      -- UTC; the local midnight that closes it, itself outside
    decision_at,  -- UTC; when a pick of this week is assumed if none is known
from bounded
where week_index >= 0
