-- How the candidate's artist is doing: this week's plays against the weeks before.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  artist_week_plays >= 1 and artist_week_tracks_count >= 1

{% from 'macros.sql' import ratio %}

with

with_history as (

    select
        listener_id,
        week_ending,
        cutoff_policy,
        artist_id,
        artist_plays,
        artist_tracks,
        -- No row in the frame: known to have been played 0 times.
        cast(coalesce(sum(whole_week_artist_plays) over prev_4_weeks, 0) as bigint)
            as artist_prev_4w_plays,
        cast(coalesce(sum(whole_week_artist_plays) over before_this_week, 0) as bigint)
            as artist_prior_plays,
    from core.fct_weekly_artist_plays
    window
        prev_4_weeks as (
            partition by listener_id, cutoff_policy, artist_id
            order by week_number
            range between 4 preceding and 1 preceding
        ),
        before_this_week as (
            partition by listener_id, cutoff_policy, artist_id
            order by week_number
            range between unbounded preceding and 1 preceding
        )

)

select
    fct_weekly_plays.listener_id,
    fct_weekly_plays.week_ending,
    fct_weekly_plays.cutoff_policy,
    fct_weekly_plays.track_id,
    fct_weekly_plays.candidate_id,
    with_history.artist_plays as artist_week_plays,         -- plays of the artist this week
    with_history.artist_tracks as artist_week_tracks_count, -- tracks of the artist this week
    with_history.artist_prev_4w_plays,  -- plays of the artist in the four weeks before
    with_history.artist_prior_plays,    -- plays of the artist in all earlier weeks
    {{ ratio('with_history.artist_plays', '1 + with_history.artist_prev_4w_plays') }}
        as artist_momentum_4w_ratio,    -- this week's per 1 + those of the four weeks before
from core.fct_weekly_plays
inner join with_history using (listener_id, week_ending, cutoff_policy, artist_id)
where fct_weekly_plays.plays > 0
