-- The instants at which a listener's taste is taken: every 13 weeks, and that of the build.
--
-- An instant of the grid follows 13 weeks in which something was heard. It is the same in every
-- build, so that what was said then can be checked later.
--
-- grain: listener_id, cutoff_at

{% from 'macros.sql' import days_between %}
{% from 'macros_taste.sql' import period_days %}

with

heard as (

    select
        listener_id,
        date_diff('day', date '1900-01-07', cast(played_at as date)) // {{ period_days }}
            as period_number,
        min(played_at) as first_at,
        max(played_at) as last_at,
    from core.fct_plays
    where is_in_training
    group by
        listener_id,
        date_diff('day', date '1900-01-07', cast(played_at as date)) // {{ period_days }}

),

begun as (

    select
        listener_id,
        min(first_at) as first_at,
        max(last_at) as last_at,
        max(period_number) as last_period_number,
    from heard
    group by listener_id

),

instants as (

    select
        listener_id,
        cast(
            date '1900-01-07' + cast({{ period_days }} * (period_number + 1) as integer)
            as timestamp
        ) as cutoff_at,
        period_number,
    from heard
    union all
    select
        begun.listener_id,
        stg_settings.as_of as cutoff_at,
        begun.last_period_number as period_number,
    from begun
    cross join staging.stg_settings

)

select
    instants.listener_id,
    instants.cutoff_at,                           -- UTC; plays before it are known
    max(instants.period_number) as period_number, -- the last 13 weeks with a play before it
    max(instants.cutoff_at) = max(stg_settings.as_of) as is_latest, -- that of the build
    min({{ days_between('begun.first_at', 'instants.cutoff_at') }})
        as log_days,                             -- days since the first play
    greatest(0e0, min({{ days_between('instants.cutoff_at', 'begun.last_at') }}))
        as known_days,                           -- days of the log after it
from instants
inner join begun using (listener_id)
cross join staging.stg_settings
where instants.cutoff_at <= stg_settings.as_of
group by instants.listener_id, instants.cutoff_at
