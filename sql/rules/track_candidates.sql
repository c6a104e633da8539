-- The played tracks by artist and loose key, each with its most played spelling.
with

heard as (

    select
        track_name_id,
        count(*) as name_plays,
    from core.fct_plays
    group by track_name_id

)

select
    dim_track_aliases.track_name_id as name_id,
    dim_track_aliases.track_id as group_id,
    dim_track_aliases.track_name as name,
    dim_track_aliases.artist_key,
    dim_track_aliases.track_key as title_key,
    dim_track_aliases.track_loose_key as loose_key,
    dim_track_aliases.work_key,
    dim_track_aliases.artist_id,
    sum(heard.name_plays) over of_track as plays,
from core.dim_track_aliases
inner join heard using (track_name_id)
where dim_track_aliases.track_loose_key is not null
window
    of_track as (
        partition by
            dim_track_aliases.artist_id,
            dim_track_aliases.track_loose_key,
            dim_track_aliases.track_id
    ),
    most_played_first as (
        partition by
            dim_track_aliases.artist_id,
            dim_track_aliases.track_loose_key,
            dim_track_aliases.track_id
        order by heard.name_plays desc, dim_track_aliases.track_name_id
    )
qualify row_number() over most_played_first = 1
order by artist_id, name_id
