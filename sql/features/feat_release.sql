-- How recently a candidate was released.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at

with

dated as (

    -- Release dates are timeless: used for weeks before the source was asked, too.
    select
        fct_weekly_plays.listener_id,
        fct_weekly_plays.week_ending,
        fct_weekly_plays.cutoff_policy,
        fct_weekly_plays.track_id,
        fct_weekly_plays.candidate_id,
        date_diff('day', dim_tracks.release_date, fct_weekly_plays.week_ending) as release_age_days,
        dim_tracks.release_granularity,
    from core.fct_weekly_plays
    inner join core.dim_tracks using (track_id)
    where fct_weekly_plays.plays > 0

)

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    candidate_id,
    release_age_days,     -- days from release to the end of the week; negative for re-issues
    -- Without a date it is not known to be recent.
    coalesce(release_age_days between 0 and 28, false)
        as is_released_within_28d,                          -- released in the last 28 days
    release_age_days is null as is_release_date_missing,    -- no source gives a release date
    -- A text feature has a level for what is not known.
    coalesce(release_granularity, 'unknown')
        as release_granularity_type,                        -- day, month, year or unknown
from dated
