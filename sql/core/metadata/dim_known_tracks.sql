-- What the sources together know of each track.
--
-- grain: track_id

with

popular_tracks as (

    select
        track_id,
        true as has_popularity,
    from core.fct_track_popularity
    group by track_id

),

described_tracks as (

    select
        dim_track_aliases.track_id,
        true as has_sound,
    from staging.stg_audio_features
    inner join core.dim_track_aliases using (track_name_id)
    group by dim_track_aliases.track_id

),

identified_tracks as (

    select
        dim_track_aliases.track_id,
        true as has_id,
    from core.fct_stated_ids
    inner join core.dim_track_aliases using (track_name_id)
    group by dim_track_aliases.track_id

),

tagged_artists as (

    select
        artist_id,
        true as has_genre,
    from core.dim_artist_genres

)

select
    dim_tracks.track_id,
    dim_tracks.release_date is not null as is_dated,                 -- a source dates it
    dim_tracks.duration_ms is not null as has_duration,              -- a source gives its length
    tagged_artists.has_genre is not null as has_genre,               -- its artist has a genre
    popular_tracks.has_popularity is not null as has_popularity,     -- a source has rated it
    described_tracks.has_sound is not null as has_audio_features,    -- a catalogue describes it
    identified_tracks.has_id is not null as has_id,                  -- a source has an id for it
    dim_artists.artist_mbid is not null as has_artist_mbid,          -- its artist is in MusicBrainz
from core.dim_tracks
inner join core.dim_artists using (artist_id)
left join tagged_artists using (artist_id)
left join popular_tracks
    on dim_tracks.track_id = popular_tracks.track_id
left join described_tracks
    on dim_tracks.track_id = described_tracks.track_id
left join identified_tracks
    on dim_tracks.track_id = identified_tracks.track_id
