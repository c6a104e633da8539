-- What is odd in a listener's data: holes, unlikely clocks, unknown lengths, unmatched picks.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 1

with

crowded_minutes as (

    select
        listener_id,
        local_date,
        date_trunc('minute', played_at) as played_minute,
        count(*) as plays,
    from core.fct_plays
    group by listener_id, local_date, date_trunc('minute', played_at)
    having count(*) >= 5

),

heard_tracks as (

    select
        fct_plays.listener_id,
        fct_plays.track_id,
        count(*) as plays,
    from core.fct_plays
    group by fct_plays.listener_id, fct_plays.track_id

),

findings as (

    select
        listener_id,
        'gap in the log' as quality_check,
        cast(cast(gap_starts_at as date) as varchar) as subject,
        cast(floor(gap_days) as bigint) as cases,
        'days without a play from this date' as meaning,
    from core.fct_log_gaps
    union all
    select
        listener_id,
        'five or more plays in a minute' as quality_check,
        cast(local_date as varchar) as subject,
        cast(sum(plays) as bigint) as cases,
        'plays in such minutes on this day: an offline queue or a wrong clock' as meaning,
    from crowded_minutes
    group by listener_id, local_date
    union all
    select
        listener_id,
        'same track at the same time' as quality_check,
        cast(min(local_date) as varchar) || ' to ' || cast(max(local_date) as varchar) as subject,
        count(*) as cases,
        'further plays of a track at one time, from the first such day to the last' as meaning,
    from core.fct_plays
    where ordinal > 0
    group by listener_id
    union all
    select
        heard_tracks.listener_id,
        'unknown duration' as quality_check,
        'tracks' as subject,
        count(*) as cases,
        'played tracks of which no source gives the length' as meaning,
    from heard_tracks
    inner join core.dim_tracks using (track_id)
    where dim_tracks.duration_ms is null
    group by heard_tracks.listener_id
    union all
    select
        listener_id,
        'pick never played' as quality_check,
        cast(week_ending as varchar) as subject,
        count(*) as cases,
        'picks of this week not among the plays; see marts.unmatched_picks' as meaning,
    from core.fct_pick_matches
    where match_method = 'none'
    group by listener_id, week_ending
    union all
    select
        listener_id,
        'more than one pick for a week' as quality_check,
        cast(week_ending as varchar) as subject,
        count(distinct track_id) - 1 as cases,
        'further songs named for this week; core.fct_week_labels has the one that counts'
            as meaning,
    from core.fct_pick_matches
    group by listener_id, week_ending
    having count(distinct track_id) > 1
    union all
    select
        listener_id,
        'pick outside the log' as quality_check,
        cast(week_ending as varchar) as subject,
        count(*) as cases,
        'picks of this week, which is not in the log: import its plays' as meaning,
    from core.fct_pick_matches
    anti join core.dim_weeks using (listener_id, week_ending)
    group by listener_id, week_ending

)

select
    findings.listener_id,
    findings.quality_check,  -- what was looked for
    findings.subject,        -- the day, week or thing it was found in
    dim_listeners.listener,
    findings.cases,          -- how many, in the unit that the meaning names
    findings.meaning,        -- what the number counts
from findings
inner join core.dim_listeners using (listener_id)
