-- How much of a candidate's listening falls near the end of the week.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  last_play_gap_days > 0 and last_play_gap_days < 8

{% from 'macros.sql' import days_between %}

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    candidate_id,
    last_2_days_plays,
    last_day_plays,
    {{ days_between('last_played_at', 'cutoff_at') }}
        as last_play_gap_days, -- days from the last play to the cut-off
from core.fct_weekly_plays
where plays > 0
