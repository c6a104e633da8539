-- Each artist with the name to show, its MusicBrainz id and its origin.
--
-- Over 80 lines: the spelled artists, and others of the same spelling beside them.
--
-- grain: artist_id

with

spelled as (

    select
        artist_id,
        artist_name,
        artist_key,
        artist_loose_key,
    from core.dim_artist_aliases
    where is_shown

),

namesakes as (

    select
        artist_id,
        min(spelled_artist_id) as spelled_artist_id,
        max(artist_mbid) as artist_mbid,
    from core.dim_namesakes
    where artist_id != spelled_artist_id
    group by artist_id

),

shown_names as (

    select
        artist_id,
        artist_name,
        artist_key,
        artist_loose_key,
    from spelled
    union all
    select
        namesakes.artist_id,
        spelled.artist_name,
        spelled.artist_key,
        spelled.artist_loose_key,
    from namesakes
    inner join spelled
        on namesakes.spelled_artist_id = spelled.artist_id

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
    union all
    select
        artist_id,
        artist_mbid,
    from namesakes
    where artist_mbid is not null

),

usual_mbids as (

    select
        artist_id,
        artist_mbid,
    from stated_mbids
    group by artist_id, artist_mbid
    window
        most_stated_first as (
            partition by artist_id
            order by count(*) desc, artist_mbid
        )
    qualify row_number() over most_stated_first = 1

)

select
    shown_names.artist_id,
    shown_names.artist_name,                   -- the artist's name to show
    shown_names.artist_key,
    shown_names.artist_loose_key,
    usual_mbids.artist_mbid,                   -- the MusicBrainz id most records state
    stg_artist_profiles.artist_country,
    stg_artist_profiles.artist_type,
    stg_artist_profiles.career_begin_date,
    -- The running week's cut-off may lie after the instant of the build.
    case
        when stg_artist_profiles.career_end_date <= cast(stg_settings.as_of as date)
            then stg_artist_profiles.career_end_date
    end as career_end_date,
    case
        when stg_artist_profiles.career_end_said_at < stg_settings.as_of
            then stg_artist_profiles.career_end_said_at
    end as career_end_said_at,
from shown_names
cross join staging.stg_settings
left join usual_mbids using (artist_id)
left join staging.stg_artist_profiles using (artist_mbid)
