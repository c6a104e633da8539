-- The first artist, album and work of each year; of equal ones the one heard on more days.
--
-- $listener_id.

select
    year,
    item_kind,
    artist_name,
    item_name,
    plays,
from marts.yearly_plays
where
    listener_id = $listener_id
    and item_kind != 'track'
window
    first_of_year as (
        partition by year, item_kind
        order by plays_rank, heard_days desc, item_id
    )
qualify row_number() over first_of_year = 1
order by year, item_kind
