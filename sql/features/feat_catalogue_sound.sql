-- How a track of a catalogue sounds, how long and old it is, and how popular its artist is.
--
-- Timeless but for the artist's popularity, which is of the time of the catalogue, as its own is.
--
-- grain:  catalogue_row_id
-- cutoff: fetched_at
-- audit:  duration_seconds > 0

{% from 'macros.sql' import ratio %}

select
    catalogue_row_id,
    danceability as danceability_index,            -- 0 to 1: how fit for dancing
    energy as energy_index,                        -- 0 to 1: how intense
    loudness as loudness_db,                       -- decibels; null where not to be believed
    speechiness as speechiness_index,              -- 0 to 1: how much is spoken
    acousticness as acousticness_index,            -- 0 to 1: how surely it is acoustic
    instrumentalness as instrumentalness_index,    -- 0 to 1: how surely nobody sings
    liveness as liveness_index,                    -- 0 to 1: how surely before an audience
    valence as valence_index,                      -- 0 to 1: how cheerful
    tempo as tempo_bpm,                            -- beats a minute
    key as key_index,                              -- 0 = C … 11 = B
    mode = 1e0 as is_major,                        -- major, else minor
    {{ ratio('duration_ms', '1e3') }}
        as duration_seconds,                       -- length of the track
    release_year,                                  -- year of the release
    artist_popularity as artist_popularity_index,  -- of the artist, 0 to 100 as the track's
from core.fct_catalogue_sound
where is_sound_row
