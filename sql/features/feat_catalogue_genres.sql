-- Which kinds of music the genres of a catalogue's track name, by their whole words.
--
-- System E's eleven kinds (SYSTEMS E.2); it took parts of words, so that to it
-- "urbano latino" was hip hop.
--
-- grain:  catalogue_row_id
-- cutoff: fetched_at

{% from 'macros_catalogues.sql' import has_word %}

with

worded as (

    select
        catalogue_row_id,
        genre_keys,
        ' ' || replace(replace(replace(genre_keys, '|', ' | '), '-', ' '), '/', ' ') || ' '
            as words,
    from core.fct_catalogue_sound
    where is_sound_row

)

select
    catalogue_row_id,
    {{ has_word('words', ['pop']) }}
        as has_genre_pop,  -- pop
    {{ has_word('words', ['rock']) }}
        as has_genre_rock,  -- rock
    {{ has_word('words', [
        'electronic', 'electronica', 'electro', 'electropop', 'edm', 'house', 'techno', 'trance',
        'dubstep',
    ]) }}
        as has_genre_electronic,  -- electronic music
    {{ has_word('words', ['latin', 'latino', 'latina', 'reggaeton', 'salsa', 'bachata']) }}
        as has_genre_latin,  -- Latin music
    {{ has_word('words', ['hip hop', 'hiphop', 'rap', 'trap', 'urban contemporary']) }}
        as has_genre_hip_hop,  -- hip hop, rap
    {{ has_word('words', ['indie']) }}
        as has_genre_indie,  -- indie
    {{ has_word('words', ['jazz']) }}
        as has_genre_jazz,  -- jazz
    {{ has_word('words', ['r&b', 'rnb', 'soul']) }}
        as has_genre_rnb,  -- r&b, soul
    {{ has_word('words', ['metal', 'metalcore', 'punk', 'hardcore']) }}
        as has_genre_metal,  -- metal, punk
    {{ has_word('words', ['classical', 'orchestra', 'orchestral', 'symphony']) }}
        as has_genre_classical,  -- classical music
    {{ has_word('words', ['country']) }}
        as has_genre_country,  -- country
    genre_keys is null as is_genre_missing,  -- the catalogue names no genre of it
from worded
