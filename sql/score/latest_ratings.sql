-- The artists of the last answer of listener $listener_id; two spellings of one are one.

with

latest as (

    select
        artist_name_id,
        rank,
    from staging.stg_ratings
    where listener_id = $listener_id
    window newest_first as (order by rated_at desc)
    qualify rank() over newest_first = 1

)

select
    dim_artist_aliases.artist_id,
    min(latest.rank) as rank,
from latest
inner join core.dim_artist_aliases using (artist_name_id)
group by dim_artist_aliases.artist_id
order by min(latest.rank), dim_artist_aliases.artist_id
