-- Products of how a track sounds, two by two: what a straight line cannot say by one of them.
--
-- Over 80 lines: the 45 squares and products of system E's nine fields (SYSTEMS E.2), written out.
-- Each is taken from a usual value first, so that a product is not its factors said again.
--
-- grain:  catalogue_row_id
-- cutoff: fetched_at

{% from 'macros.sql' import ratio %}

with

centred as (

    select
        catalogue_row_id,
        cast(danceability as double) - 0.6e0 as danceability,
        cast(energy as double) - 0.65e0 as energy,
        cast(liveness as double) - 0.2e0 as liveness,
        {{ ratio('cast(loudness as double) + 7e0', '1e1') }} as loudness,
        cast(speechiness as double) - 0.1e0 as speechiness,
        {{ ratio('cast(tempo as double) - 12e1', '1e2') }} as tempo,
        cast(valence as double) - 0.5e0 as valence,
        {{ ratio('cast(duration_ms as double) - 22e4', '1e5') }} as duration,
        {{ ratio('cast(artist_popularity as double) - 5e1', '1e2') }} as artist_popularity,
    from core.fct_catalogue_sound
    where is_sound_row

)

select
    catalogue_row_id,
    danceability * danceability as danceability_squared_product,  -- danceability, squared
    danceability * energy as danceability_by_energy_product,  -- danceability by energy
    danceability * liveness as danceability_by_liveness_product,  -- danceability by liveness
    danceability * loudness as danceability_by_loudness_product,  -- danceability by loudness
    danceability * speechiness
        as danceability_by_speechiness_product,  -- danceability by speechiness
    danceability * tempo as danceability_by_tempo_product,  -- danceability by tempo
    danceability * valence as danceability_by_valence_product,  -- danceability by valence
    danceability * duration as danceability_by_duration_product,  -- danceability by length
    danceability * artist_popularity
        as danceability_by_artist_popularity_product,  -- danceability by the artist's popularity
    energy * energy as energy_squared_product,  -- energy, squared
    energy * liveness as energy_by_liveness_product,  -- energy by liveness
    energy * loudness as energy_by_loudness_product,  -- energy by loudness
    energy * speechiness as energy_by_speechiness_product,  -- energy by speechiness
    energy * tempo as energy_by_tempo_product,  -- energy by tempo
    energy * valence as energy_by_valence_product,  -- energy by valence
    energy * duration as energy_by_duration_product,  -- energy by length
    energy * artist_popularity
        as energy_by_artist_popularity_product,  -- energy by the artist's popularity
    liveness * liveness as liveness_squared_product,  -- liveness, squared
    liveness * loudness as liveness_by_loudness_product,  -- liveness by loudness
    liveness * speechiness as liveness_by_speechiness_product,  -- liveness by speechiness
    liveness * tempo as liveness_by_tempo_product,  -- liveness by tempo
    liveness * valence as liveness_by_valence_product,  -- liveness by valence
    liveness * duration as liveness_by_duration_product,  -- liveness by length
    liveness * artist_popularity
        as liveness_by_artist_popularity_product,  -- liveness by the artist's popularity
    loudness * loudness as loudness_squared_product,  -- loudness, squared
    loudness * speechiness as loudness_by_speechiness_product,  -- loudness by speechiness
    loudness * tempo as loudness_by_tempo_product,  -- loudness by tempo
    loudness * valence as loudness_by_valence_product,  -- loudness by valence
    loudness * duration as loudness_by_duration_product,  -- loudness by length
    loudness * artist_popularity
        as loudness_by_artist_popularity_product,  -- loudness by the artist's popularity
    speechiness * speechiness as speechiness_squared_product,  -- speechiness, squared
    speechiness * tempo as speechiness_by_tempo_product,  -- speechiness by tempo
    speechiness * valence as speechiness_by_valence_product,  -- speechiness by valence
    speechiness * duration as speechiness_by_duration_product,  -- speechiness by length
    speechiness * artist_popularity
        as speechiness_by_artist_popularity_product,  -- speechiness by the artist's popularity
    tempo * tempo as tempo_squared_product,  -- tempo, squared
    tempo * valence as tempo_by_valence_product,  -- tempo by valence
    tempo * duration as tempo_by_duration_product,  -- tempo by length
    tempo * artist_popularity
        as tempo_by_artist_popularity_product,  -- tempo by the artist's popularity
    valence * valence as valence_squared_product,  -- valence, squared
    valence * duration as valence_by_duration_product,  -- valence by length
    valence * artist_popularity
        as valence_by_artist_popularity_product,  -- valence by the artist's popularity
    duration * duration as duration_squared_product,  -- length, squared
    duration * artist_popularity
        as duration_by_artist_popularity_product,  -- length by the artist's popularity
    artist_popularity * artist_popularity
        as artist_popularity_squared_product,  -- the artist's popularity, squared
from centred
