-- What a candidate did in the weeks it was last played in, however long ago.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at

with

with_history as (

    select
        listener_id,
        week_ending,
        cutoff_policy,
        track_id,
        candidate_id,
        plays,
        -- Never played before: known to be 0.
        coalesce(lag(whole_week_plays) over by_track, 0) as prev_1_active_plays,
        coalesce(lag(whole_week_plays, 2) over by_track, 0) as second_last_plays,
        coalesce(lag(whole_week_plays, 3) over by_track, 0) as third_last_plays,
        coalesce(lag(whole_week_plays, 4) over by_track, 0) as fourth_last_plays,
    from core.fct_weekly_plays
    window
        by_track as (
            partition by listener_id, cutoff_policy, track_id
            order by week_number
        )

)

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    candidate_id,
    prev_1_active_plays,      -- plays in the last week in which the track was played at all
    prev_1_active_plays + second_last_plays + third_last_plays + fourth_last_plays
        as prev_4_active_plays,  -- plays in the last four such weeks
from with_history
where plays > 0
