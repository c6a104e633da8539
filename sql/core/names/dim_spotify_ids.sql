-- The Spotify id by which to open each track: the one most plays have, else one a source states.
--
-- grain: track_id

with

stated as (

    select
        track_name_id,
        played_spotify_track_id as spotify_track_id,
        count(*) as plays,
    from staging.stg_plays
    where played_spotify_track_id is not null
    group by track_name_id, played_spotify_track_id
    union all
    select
        track_name_id,
        library_spotify_track_id as spotify_track_id,
        0 as plays,
    from staging.stg_library_items
    where library_spotify_track_id is not null
    group by track_name_id, library_spotify_track_id
    union all
    select
        track_name_id,
        spotify_track_id,
        0 as plays,
    from staging.stg_track_stats
    where spotify_track_id is not null
    group by track_name_id, spotify_track_id

),

counted as (

    select
        dim_track_aliases.track_id,
        stated.spotify_track_id,
        sum(stated.plays) as plays,
    from stated
    inner join core.dim_track_aliases using (track_name_id)
    group by dim_track_aliases.track_id, stated.spotify_track_id

)

select
    track_id,
    spotify_track_id, -- its id in Spotify; of equals the first by the alphabet
from counted
window
    most_played_first as (
        partition by track_id
        order by plays desc, spotify_track_id
    )
qualify row_number() over most_played_first = 1
