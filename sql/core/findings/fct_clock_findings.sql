-- Plays that a right clock would not show: before the listener's time, or inside another play.
--
-- Over 80 lines: one branch for each finding, each with its words.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 1

{% from 'macros.sql' import ratio %}

with

followed as (

    select
        listener_id,
        local_date,
        ms_played,
        date_diff(
            'microsecond',
            played_at,
            lag(played_at + ms_played * interval '0.001 seconds') over by_listener
        ) as overlap_microseconds,
    from core.fct_plays
    where ms_played >= 30000 and time_precision = 'second'
    window
        by_listener as (
            partition by listener_id
            order by played_at, track_name_id, source, reported_at, ordinal
        )

),

yearly as (

    select
        listener_id,
        extract(year from local_date) as local_year,
        count(*) as plays,
    from core.fct_plays
    where is_counted
    group by listener_id, extract(year from local_date)

),

rated_years as (

    select
        listener_id,
        local_year,
        plays,
        sum(plays) over of_listener as all_plays,
        max(plays) over of_listener as most_plays,
    from yearly
    window
        of_listener as (partition by listener_id)

),

-- A player whose clock was reset reports a few plays of long ago: less than one in a hundred of
-- what the listener plays in a busy year.
plausible_years as (

    select
        listener_id,
        min(local_year) as first_year,
    from rated_years
    where plays * 100 >= most_plays
    group by listener_id

)

select
    listener_id,
    'play inside the play before' as quality_check, -- what was looked for
    cast(extract(year from local_date) as varchar) as subject, -- the thing it was found in
    count(*) as cases,                -- how many, in the unit that the meaning names
    cast(null as double) as cases_share, -- … of all there are; null: of no whole
    'plays of this year that end before the one before does: two players, or a wrong clock'
        as meaning,                   -- what the number counts
from followed
where overlap_microseconds > ms_played * 1000
group by listener_id, extract(year from local_date)
union all
select
    rated_years.listener_id,
    'before the first plausible year' as quality_check,
    cast(rated_years.local_year as varchar) as subject,
    rated_years.plays as cases,
    {{ ratio('rated_years.plays', 'rated_years.all_plays') }} as cases_share,
    'plays of a year before the first with a hundredth of the busiest: a clock that was reset'
        as meaning,
from rated_years
inner join plausible_years using (listener_id)
where rated_years.local_year < plausible_years.first_year
