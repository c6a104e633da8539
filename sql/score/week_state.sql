-- How far a listener's log reaches, and what they picked so far.
--
-- $listener_id, $week_ending.

with

log as (

    select
        max(local_date) as log_ends_on,
    from core.fct_plays
    where listener_id = $listener_id

),

weeks as (

    select
        max(week_ending) filter (where is_complete) as last_complete_week,
    from core.dim_weeks
    where listener_id = $listener_id

),

picks as (

    select
        count(*) filter (where dim_weeks.is_complete) as picked_weeks,
        max(fct_week_labels.track_id) filter (
            where fct_week_labels.week_ending = $week_ending
        ) as picked_track_id,
    from core.fct_week_labels
    inner join core.dim_weeks using (listener_id, week_ending)
    where
        fct_week_labels.label_kind = 'pick'
        and fct_week_labels.listener_id = $listener_id

),

everybody as (

    select
        count(*) as listeners,
    from core.dim_listeners

)

select
    log.log_ends_on,
    weeks.last_complete_week,
    picks.picked_weeks,
    picks.picked_track_id,
    everybody.listeners,
from log
cross join weeks
cross join picks
cross join everybody
