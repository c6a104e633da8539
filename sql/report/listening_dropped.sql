-- Artists that were heard often and not in the last year of the log, most plays first.
--
-- $listener_id, $least_plays, $most.

with

artists as (

    select
        item_id,
        artist_name,
        sum(plays) as plays,
        min(local_date) as first_date,
        max(local_date) as last_date,
    from marts.daily_plays
    where
        listener_id = $listener_id
        and item_kind = 'artist'
    group by item_id, artist_name

),

dated as (

    select
        *,
        max(last_date) over everybody as log_end_date,
    from artists
    window
        everybody as (partition by true)

)

select
    artist_name,
    cast(plays as bigint) as plays,
    first_date,
    last_date,
from dated
where
    plays >= $least_plays
    and last_date < log_end_date - 365
window
    most_played_first as (order by plays desc, item_id)
qualify row_number() over most_played_first <= $most
order by plays desc, item_id
