-- How much a candidate was played so far, where a play counts half after eight weeks.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  decayed_8w_plays >= 1

with

with_ages as (

    select
        listener_id,
        week_ending,
        cutoff_policy,
        track_id,
        candidate_id,
        week_number,
        plays,
        whole_week_plays,
        -- Counted from 2000, not 1900: 2 to this power stays a finite double until after 2150.
        (week_number - 5217) * 0.125e0 as half_lives,
    from core.fct_weekly_plays

),

with_history as (

    -- 2^(w' - w) is 2^w' * 2^-w: one sum over the past serves every week.
    select
        listener_id,
        week_ending,
        cutoff_policy,
        track_id,
        candidate_id,
        plays,
        -- No earlier row: known never to have been played within this log.
        coalesce(sum(whole_week_plays * power(2e0, half_lives)) over before_this_week, 0e0)
            * power(2e0, -half_lives) as decayed_prior_plays,
    from with_ages
    window
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
    plays + decayed_prior_plays as decayed_8w_plays, -- this week's, and earlier ones by their age
from with_history
where plays > 0
