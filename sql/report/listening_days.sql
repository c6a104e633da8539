-- Each day with a play: its plays, its first artist, and the streak of days in a row it is in.
--
-- $listener_id.

with

days as (

    select
        local_date,
        week_ending,
        sum(plays) as plays,
        max_by(artist_name, plays) as artist_name,
    from marts.daily_plays
    where
        listener_id = $listener_id
        and item_kind = 'artist'
    group by local_date, week_ending

),

numbered as (

    select
        *,
        -- Equal for days in a row.
        local_date - cast(rank() over by_day as integer) as streak,
    from days
    window
        by_day as (order by local_date)

)

select
    local_date,
    week_ending,
    cast(plays as bigint) as plays,
    artist_name,
    count(*) over of_streak as streak_days,
    min(local_date) over of_streak as streak_start_date,
from numbered
window
    of_streak as (partition by streak)
order by local_date
