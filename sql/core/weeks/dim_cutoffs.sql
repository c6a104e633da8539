-- The instant that each week's features may not see past, by policy.
--
-- Over 80 lines: which policies a listener has is decided where they are told apart.
--
-- grain: listener_id, week_ending, cutoff_policy
-- audit: cutoff_at <= ends_at
-- audit: cutoff_at >= starts_at
-- audit: cutoff_date <= week_ending + 1

{% from 'macros.sql' import to_local %}

with

-- A policy that the settings name is built for everybody. Where they name none: up to the pick for
-- a listener who picks; without picks the moment of decision is a guess, and the whole week counts.
pickers as (

    select distinct
        listener_id,
        true as is_picker,
    from core.fct_week_labels
    where label_kind = 'pick'

),

chosen_policies as (

    select
        dim_listeners.listener_id,
        stg_settings.has_calendar_policy
            or (not stg_settings.has_decision_policy and pickers.is_picker is null)
            as has_calendar_policy,
        stg_settings.has_decision_policy
            or (not stg_settings.has_calendar_policy and pickers.is_picker is not null)
            as has_decision_policy,
    from core.dim_listeners
    cross join staging.stg_settings
    left join pickers
        on dim_listeners.listener_id = pickers.listener_id

),

decisions as (

    select
        dim_weeks.listener_id,
        dim_weeks.week_ending,
        dim_weeks.week_number,
        dim_weeks.starts_at,
        dim_weeks.ends_at,
        -- The pick; else now in the running week, else the hour at which a pick is assumed.
        coalesce(
            fct_week_labels.labelled_at,
            case when dim_weeks.is_running then stg_settings.as_of else dim_weeks.decision_at end
        ) as decided_at,
    from core.dim_weeks
    cross join staging.stg_settings
    left join core.fct_week_labels
        on
            dim_weeks.listener_id = fct_week_labels.listener_id
            and dim_weeks.week_ending = fct_week_labels.week_ending
            and fct_week_labels.label_kind = 'pick'

),

by_policy as (

    select
        decisions.listener_id,
        decisions.week_ending,
        'calendar' as cutoff_policy,
        decisions.week_number,
        decisions.starts_at,
        decisions.ends_at,
        decisions.ends_at as cutoff_at,
    from decisions
    inner join chosen_policies using (listener_id)
    where chosen_policies.has_calendar_policy
    union all
    select
        decisions.listener_id,
        decisions.week_ending,
        'decision' as cutoff_policy,
        decisions.week_number,
        decisions.starts_at,
        decisions.ends_at,
        greatest(decisions.starts_at, least(decisions.ends_at, decisions.decided_at)) as cutoff_at,
    from decisions
    inner join chosen_policies using (listener_id)
    where chosen_policies.has_decision_policy

)

select
    by_policy.listener_id,
    by_policy.week_ending,
    by_policy.cutoff_policy,  -- calendar: to the end of the week; decision: up to the pick
    by_policy.week_number,
    by_policy.starts_at,
    by_policy.ends_at,
    by_policy.cutoff_at,      -- UTC; a row knows nothing at or after it
    -- Of a week seen to its end it is the day after the last, also where the calendar skips that.
    least(
        by_policy.week_ending + 1,
        cast({{ to_local('by_policy.cutoff_at', 'dim_listeners.time_zone') }} as date)
    ) as cutoff_date,         -- local day of the cut-off; what has only a date is known once past
from by_policy
inner join core.dim_listeners using (listener_id)
