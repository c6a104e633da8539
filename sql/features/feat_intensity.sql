-- How much a candidate was played this week, and how it stands against the others.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  week_plays >= 1 and week_active_days between 1 and 7
-- audit:  week_plays_rank >= 1 and behind_top_plays >= 0

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    candidate_id,
    plays as week_plays,                                     -- plays this week
    active_days as week_active_days,                         -- days of this week with a play
    dense_rank() over most_played_first as week_plays_rank,  -- 1 = most plays, equals share a rank
    max(plays) over in_week - plays as behind_top_plays,     -- plays fewer than the top track
    count(*) over in_week as candidate_tracks_count,         -- tracks played this week
from core.fct_weekly_plays
where plays > 0
window
    most_played_first as (
        partition by listener_id, cutoff_policy, week_ending
        order by plays desc
    ),
    in_week as (partition by listener_id, cutoff_policy, week_ending)
