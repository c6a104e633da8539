-- What raw holds from the catalogues of a file: the latest statements of each subject, in the parts
-- of state.sql.
create or replace temp table latest as
with

catalogues as (

    select distinct
        feature_source,
    from temp.parts

),

stored as (

    select
        'stats' as part,
        source as feature_source,
        track_name_id as name_id,
        spotify_track_id as detail,
        hash(row(
            -- In the order of state.sql.
            album_name, release_date, duration_ms, popularity, isrc, is_explicit
        )) as statement,
        fetched_at,
    from raw.track_stats
    union all
    select
        'audio' as part,
        feature_source,
        coalesce(track_name_id, artist_name_id) as name_id,  -- one of them is set
        spotify_track_id as detail,
        hash(row(
            danceability, energy, key, loudness, mode, speechiness, acousticness,
            instrumentalness, liveness, valence, tempo, time_signature
        )) as statement,
        fetched_at,
    from raw.audio_features
    union all
    select
        'popularity' as part,
        source as feature_source,
        artist_name_id as name_id,
        null as detail,
        hash(popularity) as statement,
        fetched_at,
    from raw.artist_stats
    where popularity is not null
    union all
    select
        'tag' as part,
        source as feature_source,
        artist_name_id as name_id,
        tag_key as detail,
        hash(0) as statement,
        fetched_at,
    from raw.artist_tags
    where artist_name_id is not null
    union all
    select
        'row' as part,
        feature_source,
        track_name_id as name_id,
        spotify_track_id as detail,
        hash(row(
            -- In the order of state.sql.
            release_date, duration_ms, popularity, artist_popularity, genre_keys, danceability,
            energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness,
            valence, tempo, time_signature, unread
        )) as statement,
        fetched_at,
    from raw.catalogue_rows

)

select
    stored.part,
    stored.feature_source,
    stored.name_id,
    stored.detail,
    stored.statement,
from stored
semi join catalogues using (feature_source)
window of_subject as (partition by part, feature_source, name_id, detail)
qualify fetched_at = max(fetched_at) over of_subject
