-- Whether and when the listener saw the candidate's artist on stage.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  last_show_gap_days >= 1
-- audit:  prior_shows_count >= 0
-- audit:  not is_artist_seen_this_week or last_show_gap_days <= 7

with

-- A show has no hour, so it is known once its day is over.
seen_artists as (

    select
        dim_cutoffs.listener_id,
        dim_cutoffs.week_ending,
        dim_cutoffs.cutoff_policy,
        fct_live_shows.artist_id,
        date_diff('day', max(fct_live_shows.show_date), dim_cutoffs.cutoff_date) as gap_days,
        bool_or(fct_live_shows.show_date > dim_cutoffs.week_ending - 7) as is_seen_this_week,
        count(*) filter (where fct_live_shows.show_date <= dim_cutoffs.week_ending - 7)
            as prior_shows,
    from core.dim_cutoffs
    inner join core.fct_live_shows
        on
            dim_cutoffs.listener_id = fct_live_shows.listener_id
            and dim_cutoffs.cutoff_date > fct_live_shows.show_date
    group by
        dim_cutoffs.listener_id,
        dim_cutoffs.week_ending,
        dim_cutoffs.cutoff_policy,
        dim_cutoffs.cutoff_date,
        fct_live_shows.artist_id

)

select
    fct_weekly_plays.listener_id,
    fct_weekly_plays.week_ending,
    fct_weekly_plays.cutoff_policy,
    fct_weekly_plays.track_id,
    fct_weekly_plays.candidate_id,
    -- The listener's list of shows is all that is known: an artist not on it was not seen.
    coalesce(seen_artists.is_seen_this_week, false)
        as is_artist_seen_this_week,             -- a show on a day of the week, before the cut-off
    seen_artists.gap_days as last_show_gap_days, -- days from the last show to the cut-off's day;
                                                 -- null: never seen
    coalesce(seen_artists.prior_shows, 0)
        as prior_shows_count,                    -- days before this week with a show of the artist
from core.fct_weekly_plays
left join seen_artists using (listener_id, week_ending, cutoff_policy, artist_id)
where fct_weekly_plays.plays > 0
