-- The ids of recordings that sources state with each spelling of a track.
--
-- grain: track_name_id, id_type, recording_id
-- audit: id_type in ('spotify id', 'isrc', 'mbid')

with

stated as (

    select
        track_name_id,
        played_spotify_track_id as spotify_id,
        track_mbid as mbid,
        cast(null as varchar) as isrc,
    from staging.stg_plays
    where played_spotify_track_id is not null or track_mbid is not null
    group by track_name_id, played_spotify_track_id, track_mbid
    union all
    select
        track_name_id,
        library_spotify_track_id as spotify_id,
        cast(null as varchar) as mbid,
        cast(null as varchar) as isrc,
    from staging.stg_library_items
    group by track_name_id, library_spotify_track_id
    union all
    select
        track_name_id,
        nullif(played_spotify_track_id, '') as spotify_id,
        nullif(track_mbid, '') as mbid,
        cast(null as varchar) as isrc,
    from staging.stg_retold_plays
    union all
    select
        track_name_id,
        spotify_track_id as spotify_id,
        cast(null as varchar) as mbid,
        isrc,
    from staging.stg_track_stats
    group by track_name_id, spotify_track_id, isrc

)

select
    track_name_id,
    'spotify id' as id_type,      -- whose id it is
    spotify_id as recording_id,   -- the id
from stated
where spotify_id is not null
group by track_name_id, spotify_id
union all
select
    track_name_id,
    'mbid' as id_type,
    mbid as recording_id,
from stated
where mbid is not null
group by track_name_id, mbid
union all
select
    track_name_id,
    'isrc' as id_type,
    isrc as recording_id,
from stated
where isrc is not null
group by track_name_id, isrc
