-- The artists by loose key, each with its most played spelling, and how often it was played.
with

heard as (

    select
        dim_track_aliases.artist_name_id,
        count(*) as plays,
    from core.fct_plays
    inner join core.dim_track_aliases using (track_name_id)
    group by dim_track_aliases.artist_name_id

),

spelled as (

    select
        dim_artist_aliases.artist_name_id,
        dim_artist_aliases.artist_id,
        dim_artist_aliases.artist_name,
        dim_artist_aliases.artist_key,
        dim_artist_aliases.artist_loose_key,
        coalesce(heard.plays, 0) as name_plays,
    from core.dim_artist_aliases
    left join heard using (artist_name_id)

)

select
    artist_name_id as name_id,
    artist_id as group_id,
    artist_name as name,
    artist_key,
    cast(null as varchar) as title_key,
    artist_loose_key as loose_key,
    cast(null as varchar) as work_key,
    sum(name_plays) over of_artist as plays,
from spelled
window
    of_artist as (partition by artist_loose_key, artist_id),
    most_played_first as (
        partition by artist_loose_key, artist_id
        order by name_plays desc, artist_name_id
    )
qualify row_number() over most_played_first = 1
order by name_id
