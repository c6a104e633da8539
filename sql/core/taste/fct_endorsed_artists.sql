-- Artists that are like the listener's twenty most played.
--
-- Endorsement is the plays of those among the twenty that name the artist as one of their ten most
-- alike (SYSTEMS D.5).
--
-- grain: listener_id, cutoff_at, artist_id
-- audit: endorsement_plays > 0

{% from 'macros.sql' import exact_sum %}

with

most_played as (

    select
        listener_id,
        cutoff_at,
        artist_id,
        decayed_365d_plays as plays,
    from core.fct_taste_artists
    window
        most_first as (
            partition by listener_id, cutoff_at
            order by decayed_365d_plays desc, artist_id
        )
    qualify row_number() over most_first <= 20

),

named as (

    select
        most_played.listener_id,
        most_played.cutoff_at,
        fct_similar_artists.similar_artist_id as artist_id,
        most_played.artist_id as endorser_id,
        most_played.plays,
        fct_similar_artists.similarity,
        row_number() over strongest_first as place,
    from most_played
    inner join core.fct_similar_artists using (artist_id)
    where fct_similar_artists.similar_rank <= 10
    window
        strongest_first as (
            partition by
                most_played.listener_id,
                most_played.cutoff_at,
                fct_similar_artists.similar_artist_id
            order by most_played.plays * fct_similar_artists.similarity desc, most_played.artist_id
        )

)

select
    listener_id,
    cutoff_at,
    artist_id,                           -- one that is like some of the most played
    {{ exact_sum('plays') }}
        as endorsement_plays,            -- plays of those it is alike, halved after each year
    count(*) as endorsers_count,         -- of the twenty most played
    max(endorser_id) filter (where place = 1) as endorser_id, -- the one that says most for it
from named
group by listener_id, cutoff_at, artist_id
