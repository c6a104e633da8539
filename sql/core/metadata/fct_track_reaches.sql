-- How many people hear a song, on one scale from what there is: catalogues, or audiences.
--
-- What was stated last counts, for plays of all years: it says what the song is to others today.
-- A catalogue's own index of the track is best, then that of its artist; of an audience only its
-- place among all known audiences can be put on that scale.
--
-- Over 80 lines: each of the three has its own latest statement.
--
-- grain: track_id
-- audit: reach_index >= 0 and reach_index <= 100

{% set least_audiences = 10 %}

with

rated_tracks as (

    select
        track_id,
        popularity_index,
    from core.fct_track_popularity
    window
        latest_first as (
            partition by track_id
            order by fetched_at desc
        )
    qualify row_number() over latest_first = 1

),

rated_artists as (

    select
        dim_artist_aliases.artist_id,
        max(stg_artist_stats.artist_popularity) as artist_popularity,
    from staging.stg_artist_stats
    inner join core.dim_artist_aliases using (artist_name_id)
    where
        stg_artist_stats.artist_popularity is not null
        and stg_artist_stats.fetched_at < (select as_of from staging.stg_settings)
    group by dim_artist_aliases.artist_id, stg_artist_stats.fetched_at
    window
        latest_first as (
            partition by dim_artist_aliases.artist_id
            order by stg_artist_stats.fetched_at desc
        )
    qualify row_number() over latest_first = 1

),

latest_audiences as (

    select
        artist_id,
        audience_count,
    from core.fct_artist_audiences
    window
        latest_first as (
            partition by artist_id
            order by fetched_at desc
        )
    qualify row_number() over latest_first = 1

),

placed_audiences as (

    select
        artist_id,
        audience_count,
        -- Among a handful a place says nothing.
        case
            when count(*) over of_all >= {{ least_audiences }}
                then 1e2 * percent_rank() over smallest_first
        end as audience_index,
    from latest_audiences
    window
        of_all as (partition by audience_count is not null),
        smallest_first as (order by audience_count)

)

select
    dim_tracks.track_id,
    dim_tracks.artist_id,
    -- The first of these that is known.
    cast(coalesce(
        rated_tracks.popularity_index, rated_artists.artist_popularity,
        placed_audiences.audience_index
    ) as double) as reach_index,           -- 0: hardly anyone hears it, to 100; null: not known
    case
        when rated_tracks.popularity_index is not null then 'popularity of the track'
        when rated_artists.artist_popularity is not null then 'popularity of the artist'
        when placed_audiences.audience_index is not null then 'audience of the artist'
        else 'nothing known'
    end as reach_source,                   -- what says so
    placed_audiences.audience_count,       -- people who ever played the artist, as stated last
from core.dim_tracks
left join rated_tracks using (track_id)
left join rated_artists
    on dim_tracks.artist_id = rated_artists.artist_id
left join placed_audiences
    on dim_tracks.artist_id = placed_audiences.artist_id
