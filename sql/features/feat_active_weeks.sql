-- What a candidate did in the weeks it was last played in, however long ago (system A's variant).
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at

with

numbered as (

    select
        listener_id,
        week_ending,
        cutoff_policy,
        track_id,
        candidate_id,
        plays,
        whole_week_plays,
        row_number() over oldest_first as active_week_index,
    from core.fct_weekly_plays
    window
        oldest_first as (
            partition by listener_id, cutoff_policy, track_id
            order by week_ending
        )

),

with_history as (

    select
        listener_id,
        week_ending,
        cutoff_policy,
        track_id,
        candidate_id,
        plays,
        -- Never played before: known to be 0.
        cast(coalesce(sum(whole_week_plays) over prev_1_active, 0) as bigint)
            as prev_1_active_plays,
        cast(coalesce(sum(whole_week_plays) over prev_4_active, 0) as bigint)
            as prev_4_active_plays,
    from numbered
    window
        prev_1_active as (
            partition by listener_id, cutoff_policy, track_id
            order by active_week_index
            range between 1 preceding and 1 preceding
        ),
        prev_4_active as (
            partition by listener_id, cutoff_policy, track_id
            order by active_week_index
            range between 4 preceding and 1 preceding
        )

)

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    candidate_id,
    prev_1_active_plays,  -- plays in the last week in which the track was played at all
    prev_4_active_plays,  -- plays in the last four such weeks
from with_history
where plays > 0
