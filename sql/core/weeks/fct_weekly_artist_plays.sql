-- What was played of each artist in each week, up to the cut-off and in the whole week.
--
-- grain: listener_id, week_ending, cutoff_policy, artist_id

select
    listener_id,
    week_ending,
    cutoff_policy,
    artist_id,
    week_number,
    cast(sum(plays) as bigint) as artist_plays,              -- plays of the artist before cut-off
    count(*) filter (where plays > 0) as artist_tracks,      -- tracks of the artist so played
    cast(sum(whole_week_plays) as bigint) as whole_week_artist_plays, -- for later weeks to see
from core.fct_weekly_plays
group by
    listener_id,
    week_ending,
    cutoff_policy,
    artist_id,
    week_number
