-- What a candidate is: its length, and its popularity as it was known at the time.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  duration_seconds > 0

{% from 'macros.sql' import ratio %}

with

known_popularity as (

    -- Popularity changes: the latest statement before the cut-off, never a later one.
    select
        fct_weekly_plays.candidate_id,
        fct_track_popularity.popularity_index,
    from core.fct_weekly_plays
    inner join core.fct_track_popularity using (track_id)
    where fct_track_popularity.fetched_at < fct_weekly_plays.cutoff_at
    window
        latest_first as (
            partition by fct_weekly_plays.candidate_id
            order by fct_track_popularity.fetched_at desc
        )
    qualify row_number() over latest_first = 1

)

select
    fct_weekly_plays.listener_id,
    fct_weekly_plays.week_ending,
    fct_weekly_plays.cutoff_policy,
    fct_weekly_plays.track_id,
    fct_weekly_plays.candidate_id,
    {{ ratio('dim_tracks.duration_ms', '1e3') }}
        as duration_seconds,                                    -- length; null when unknown
    dim_tracks.duration_ms is null as is_duration_missing,      -- no source gives a length
    known_popularity.popularity_index,                          -- 0 to 100, as known at the cut-off
    known_popularity.popularity_index is null
        as is_popularity_missing,                               -- not known yet at the cut-off
from core.fct_weekly_plays
inner join core.dim_tracks using (track_id)
left join known_popularity using (candidate_id)
where fct_weekly_plays.plays > 0
