-- The most played of a kind, of all years or of one; equal ones share a place.
--
-- $listener_id, $kind (track, work, album, artist), $year (null: all), $most.

with

counted as (

    select
        item_id,
        artist_name,
        item_name,
        sum(plays) as plays,
        sum(heard_days) as heard_days,
        sum(ms_played) as ms_played,
        sum(unknown_length_plays) as unknown_length_plays,
        min(year) as first_year,
    from marts.yearly_plays
    where
        listener_id = $listener_id
        and item_kind = $kind
        and ($year is null or year = $year)
    group by item_id, artist_name, item_name

)

select
    rank() over most_played_first as place,
    artist_name,
    item_name,
    cast(plays as bigint) as plays,
    cast(heard_days as bigint) as days,
    cast(round(ms_played / 60000) as bigint) as minutes,
    cast(unknown_length_plays as bigint) as unknown_length_plays,
    first_year,
from counted
window
    most_played_first as (order by plays desc),
    one_by_one as (order by plays desc, item_id)
qualify row_number() over one_by_one <= $most
order by place, item_id
