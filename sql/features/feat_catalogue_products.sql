-- Products of how a track sounds, two by two: what a straight line cannot say by one of them.
--
-- The 45 squares and products of system E's nine fields (SYSTEMS E.2). Each is taken from a usual
-- value first, so that a product is not its factors said again.
--
-- grain:  catalogue_row_id
-- cutoff: fetched_at

{% from 'macros.sql' import ratio %}

{% set fields = [
    ('danceability', 'danceability'), ('energy', 'energy'), ('liveness', 'liveness'),
    ('loudness', 'loudness'), ('speechiness', 'speechiness'), ('tempo', 'tempo'),
    ('valence', 'valence'), ('duration', 'length'),
    ('artist_popularity', "the artist's popularity"),
] %}

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
    {% for one, meaning in fields %}
    {{ one }} * {{ one }} as {{ one }}_squared_product, -- {{ meaning }}, squared
    {% for other, other_meaning in fields[loop.index:] %}
    {{ one }} * {{ other }}
        as {{ one }}_by_{{ other }}_product, -- {{ meaning }} by {{ other_meaning }}
    {% endfor %}
    {% endfor %}
from centred
