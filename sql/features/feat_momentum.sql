-- How fast a candidate is rising: this week's plays against the weeks right before.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  prev_1w_plays <= prev_4w_plays

{% from 'macros.sql' import ratio %}

with

with_history as (

    -- A week without a play has no row, so the frames count week numbers, not rows.
    select
        listener_id,
        week_ending,
        cutoff_policy,
        track_id,
        candidate_id,
        plays,
        -- No row in the frame: known to have been played 0 times.
        cast(coalesce(sum(whole_week_plays) over prev_1_week, 0) as bigint) as prev_1w_plays,
        cast(coalesce(sum(whole_week_plays) over prev_4_weeks, 0) as bigint) as prev_4w_plays,
    from core.fct_weekly_plays
    window
        prev_1_week as (
            partition by listener_id, cutoff_policy, track_id
            order by week_number
            range between 1 preceding and 1 preceding
        ),
        prev_4_weeks as (
            partition by listener_id, cutoff_policy, track_id
            order by week_number
            range between 4 preceding and 1 preceding
        )

)

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    candidate_id,
    prev_1w_plays,                                 -- plays in the calendar week before
    prev_4w_plays,                                 -- plays in the four calendar weeks before
    plays - prev_1w_plays as change_1w_plays,      -- plays more than in the week before
    {{ ratio('plays', '1 + prev_4w_plays') }}
        as momentum_4w_ratio,                      -- this week's plays per 1 + those of four weeks
from with_history
where plays > 0
