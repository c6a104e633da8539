-- Who the candidate's artist is: kind, country, career, and audience as known at the time.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at
-- audit:  artist_audience_log >= 0

with

known_audiences as (

    -- An audience grows: the latest statement before the cut-off, never a later one.
    select
        fct_weekly_plays.candidate_id,
        fct_artist_audiences.audience_count,
    from core.fct_weekly_plays
    inner join core.fct_artist_audiences using (artist_id)
    where fct_artist_audiences.fetched_at < fct_weekly_plays.cutoff_at
    window
        latest_first as (
            partition by fct_weekly_plays.candidate_id
            order by fct_artist_audiences.fetched_at desc
        )
    qualify row_number() over latest_first = 1

)

select
    fct_weekly_plays.listener_id,
    fct_weekly_plays.week_ending,
    fct_weekly_plays.cutoff_policy,
    fct_weekly_plays.track_id,
    fct_weekly_plays.candidate_id,
    -- A text feature has a level for what is not known.
    coalesce(dim_artists.artist_type, 'unknown') as artist_type,       -- Person, Group, …
    coalesce(dim_artists.artist_country, 'unknown') as artist_country, -- English name
    -- No end is known: not over. A day counts once it is past, an end without one once it is said.
    coalesce(dim_artists.career_end_date < dim_cutoffs.cutoff_date, false)
    or coalesce(dim_artists.career_end_said_at < dim_cutoffs.cutoff_at, false)
        as is_artist_career_ended,                   -- split or died before the cut-off
    date_diff('day', dim_artists.career_begin_date, fct_weekly_plays.week_ending)
        as artist_career_days,                       -- days since the career began
    dim_artists.artist_type is null
        and dim_artists.career_begin_date is null
        and dim_artists.artist_country is null
        as is_artist_background_missing,             -- no source describes the artist
    log10(1e0 + cast(known_audiences.audience_count as double))
        as artist_audience_log,                      -- log10 of 1 + listeners known at the cut-off
    known_audiences.audience_count is null
        as is_artist_audience_missing,               -- not known yet at the cut-off
from core.fct_weekly_plays
inner join core.dim_cutoffs using (listener_id, week_ending, cutoff_policy)
inner join core.dim_artists using (artist_id)
left join known_audiences using (candidate_id)
where fct_weekly_plays.plays > 0
