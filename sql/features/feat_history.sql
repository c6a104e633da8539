-- How new a candidate is to the listener, and how long it has been around.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  is_first_week = (prior_plays = 0)
-- audit:  gap_weeks >= 1

with

with_history as (

    select
        listener_id,
        week_ending,
        cutoff_policy,
        track_id,
        candidate_id,
        plays,
        week_number,
        -- No earlier row: known never to have been played within this log.
        cast(coalesce(sum(whole_week_plays) over before_this_week, 0) as bigint) as prior_plays,
        row_number() over by_track - 1 as prior_weeks,
        first_value(week_number) over by_track as first_week_number,
        lag(week_number) over by_track as last_week_number,
    from core.fct_weekly_plays
    window
        by_track as (
            partition by listener_id, cutoff_policy, track_id
            order by week_number
        ),
        before_this_week as (
            partition by listener_id, cutoff_policy, track_id
            order by week_number
            range between unbounded preceding and 1 preceding
        )

)

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    candidate_id,
    prior_plays,                                        -- plays in all earlier weeks
    prior_plays = 0 as is_first_week,                   -- first heard this week
    prior_weeks,                                        -- earlier weeks with a play
    week_number - first_week_number
        as first_play_age_weeks,                        -- weeks since first heard
    week_number - last_week_number as gap_weeks,        -- weeks since last played; null = new
from with_history
where plays > 0
