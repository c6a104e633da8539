-- Each artist with the name to show, its MusicBrainz id and its origin.
--
-- grain: artist_id

with

spelling_plays as (

    select
        dim_track_aliases.artist_name_id,
        count(*) as plays,
    from staging.stg_plays
    inner join core.dim_track_aliases using (track_name_id)
    group by dim_track_aliases.artist_name_id

),

shown_names as (

    select
        dim_artist_aliases.artist_id,
        dim_artist_aliases.artist_name,
        dim_artist_aliases.artist_key,
        dim_artist_aliases.artist_loose_key,
    from core.dim_artist_aliases
    left join spelling_plays using (artist_name_id)
    window
        most_played_first as (
            partition by dim_artist_aliases.artist_id
            -- A spelling nobody played comes last.
            order by coalesce(spelling_plays.plays, 0) desc, dim_artist_aliases.artist_name_id
        )
    qualify row_number() over most_played_first = 1

),

stated_mbids as (

    select
        dim_track_aliases.artist_id,
        stg_plays.artist_mbid,
    from staging.stg_plays
    inner join core.dim_track_aliases using (track_name_id)
    where stg_plays.artist_mbid is not null
    union all
    select
        dim_artist_aliases.artist_id,
        stg_artist_stats.artist_mbid,
    from staging.stg_artist_stats
    inner join core.dim_artist_aliases using (artist_name_id)
    where stg_artist_stats.artist_mbid is not null

),

usual_mbids as (

    select
        artist_id,
        artist_mbid,
    from stated_mbids
    group by artist_id, artist_mbid
    qualify row_number() over (partition by artist_id order by count(*) desc, artist_mbid) = 1

)

select
    shown_names.artist_id,
    shown_names.artist_name,
    shown_names.artist_key,
    shown_names.artist_loose_key,
    usual_mbids.artist_mbid,                   -- the MusicBrainz id most records state
    stg_artist_profiles.artist_country,
    stg_artist_profiles.artist_type,
    stg_artist_profiles.career_begin_date,
    stg_artist_profiles.career_end_date,
from shown_names
left join usual_mbids using (artist_id)
left join staging.stg_artist_profiles using (artist_mbid)
