-- The songs of each summer: most plays in June to August, with at least three. $listener_id.

with

heard as (

    select
        extract(year from month_start_date) as year,
        item_id,
        artist_name,
        item_name,
        sum(plays) as plays,
    from marts.monthly_plays
    where
        listener_id = $listener_id
        and item_kind = 'work'
        and extract(month from month_start_date) between 6 and 8
    group by extract(year from month_start_date), item_id, artist_name, item_name

)

select
    year,
    artist_name,
    item_name,
    cast(plays as bigint) as plays,
from heard
where plays >= 3
window
    first_of_summer as (
        partition by year
        order by plays desc, item_id
    )
qualify row_number() over first_of_summer = 1
order by year
