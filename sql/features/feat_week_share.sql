-- Which part of the week's listening a candidate and its artist take.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  week_plays_share > 0 and week_plays_share <= artist_plays_share
-- audit:  artist_plays_share <= 1 and last_2_days_plays_share between 0 and 1

{% from 'macros.sql' import ratio %}

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    candidate_id,
    {{ ratio('plays', 'sum(plays) over in_week') }}
        as week_plays_share,         -- share of all plays of the week
    {{ ratio('sum(plays) over by_artist', 'sum(plays) over in_week') }}
        as artist_plays_share,       -- share of its artist in all plays of the week
    {{ ratio('last_2_days_plays', 'plays') }}
        as last_2_days_plays_share,  -- share of the track's own plays on the last two days
    cast(sum(plays) over in_week as bigint)
        as week_total_plays,         -- all plays of the week
from core.fct_weekly_plays
where plays > 0
window
    in_week as (partition by listener_id, cutoff_policy, week_ending),
    by_artist as (partition by listener_id, cutoff_policy, week_ending, artist_id)
