-- Each row of a catalogue of tracks by its latest statement, in the order of its file.
--
-- grain: catalogue_row_id

with

latest as (

    select
        *,
    from staging.stg_catalogue_rows
    -- The running week's cut-off may lie after the instant of the build.
    where fetched_at < (select as_of from staging.stg_settings)
    window
        of_track as (partition by catalogue, track_name_id, stated_spotify_id)
    qualify fetched_at = max(fetched_at) over of_track

)

select
    row_number() over in_order as catalogue_row_id, -- by catalogue and line, in this build
    latest.catalogue,
    latest.import_id,
    latest.line,
    latest.track_name_id,
    latest.fetched_at,
    latest.stated_spotify_id,
    stg_names.artist_name,
    stg_names.title as track_name,              -- as the catalogue spells it
    stg_names.artist_key,
    stg_names.title_key as track_key,           -- NFKC, blanks collapsed, casefolded
    -- The same song again, in another year or list: the first with a popularity is the one.
    row_number() over of_one_song as song_row_rank, -- 1: the row that stands for its song
    latest.release_year,
    latest.duration_ms,
    latest.popularity,
    latest.artist_popularity,
    latest.genre_keys,
    latest.danceability,
    latest.energy,
    latest.key,
    latest.loudness,
    latest.mode,
    latest.speechiness,
    latest.acousticness,
    latest.instrumentalness,
    latest.liveness,
    latest.valence,
    latest.tempo,
    latest.time_signature,
    latest.unread,
from latest
inner join staging.stg_names
    on latest.track_name_id = stg_names.name_id
window
    in_order as (order by latest.catalogue, latest.import_id, latest.line),
    of_one_song as (
        partition by latest.catalogue, stg_names.artist_key, stg_names.title_key
        order by latest.popularity is null, latest.import_id, latest.line
    )
