-- How often the listener has already named a candidate as the favourite of an earlier week.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  prior_picks >= 0

with

-- A week counts once for a track however often it was said, from the first time on. A song on a
-- playlist counts from when the list was seen to hold favourites.
picked_weeks as (

    select
        fct_pick_matches.listener_id,
        fct_pick_matches.week_ending,
        -- A version heard in the pick's own week was known at its end. A match with any other may
        -- rest on plays still to come, so then the track that the pick's words mean counts.
        coalesce(fct_weekly_plays.track_id, fct_pick_matches.named_track_id) as track_id,
        min(fct_pick_matches.known_at) as first_known_at,
    from core.fct_pick_matches
    left join core.fct_weekly_plays using (listener_id, week_ending, track_id)
    group by
        fct_pick_matches.listener_id,
        fct_pick_matches.week_ending,
        coalesce(fct_weekly_plays.track_id, fct_pick_matches.named_track_id)

),

past_picks as (

    select
        fct_weekly_plays.candidate_id,
        count(*) as picks,
    from core.fct_weekly_plays
    inner join picked_weeks
        on
            fct_weekly_plays.listener_id = picked_weeks.listener_id
            and fct_weekly_plays.track_id = picked_weeks.track_id
            and fct_weekly_plays.week_ending > picked_weeks.week_ending
            and fct_weekly_plays.cutoff_at > picked_weeks.first_known_at
    group by fct_weekly_plays.candidate_id

)

select
    fct_weekly_plays.listener_id,
    fct_weekly_plays.week_ending,                  -- date on which the listener's week ends
    fct_weekly_plays.cutoff_policy,
    fct_weekly_plays.track_id,
    fct_weekly_plays.candidate_id,
    -- No such pick: known to have been named 0 times.
    coalesce(past_picks.picks, 0) as prior_picks,  -- earlier weeks it was named the favourite of
from core.fct_weekly_plays
left join past_picks using (candidate_id)
where fct_weekly_plays.plays > 0
