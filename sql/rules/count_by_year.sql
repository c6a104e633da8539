-- Plays of each listener by year, and of all years where the year is null.
with

reported as (

    select
        fct_reported_plays.listener_id,
        extract(year from fct_reported_plays.local_date) as year,
    from core.fct_duplicate_plays
    inner join core.fct_reported_plays
        using (listener_id, source, reported_at, track_name_id, ordinal)

),

duplicates as (

    select
        listener_id,
        year,
        count(*) as duplicates,
    from reported
    group by grouping sets ((listener_id, year), (listener_id))

),

kept as (

    select
        listener_id,
        extract(year from local_date) as year,
        track_id,
        artist_id,
        is_counted,
        is_in_charts,
        is_in_training,
    from core.fct_plays

),

counted as (

    select
        listener_id,
        year,
        count(*) as plays,
        count(*) filter (where is_counted) as counted_plays,
        count(*) filter (where is_in_charts) as chart_plays,
        count(*) filter (where is_in_training) as training_plays,
        count(distinct artist_id) as artists,
        count(distinct track_id) as tracks,
    from kept
    group by grouping sets ((listener_id, year), (listener_id))

)

select
    listeners.listener,
    counted.year,
    counted.plays,
    counted.counted_plays,
    counted.chart_plays,
    counted.training_plays,
    counted.artists,
    counted.tracks,
    coalesce(duplicates.duplicates, 0) as duplicates,
from counted
inner join raw.listeners using (listener_id)
left join duplicates
    on
        counted.listener_id = duplicates.listener_id
        and counted.year is not distinct from duplicates.year
order by listeners.listener, counted.year nulls first
