-- Artists that people like the listener play, as of each instant: the best 100, and those heard.
--
-- Over 80 lines: who is alike and what they play are of no use apart.
--
-- The 50 users of public data sets who are most like the listener; each speaks for what they play.
--
-- grain: listener_id, cutoff_at, artist_id
-- audit: neighbour_score > 0

{% from 'macros.sql' import exact_sum, ratio %}

with

sizes as (

    select
        listener_id,
        cutoff_at,
        sqrt({{ exact_sum('decayed_365d_plays') }}) as size,
    from core.fct_taste_artists
    group by listener_id, cutoff_at

),

shared as (

    select
        fct_taste_artists.listener_id,
        fct_taste_artists.cutoff_at,
        fct_public_plays.source,
        fct_public_plays.source_user_id,
        {{ exact_sum(
            'sqrt(fct_taste_artists.decayed_365d_plays) * fct_public_plays.weight'
        ) }} as shared,
    from core.fct_taste_artists
    inner join core.fct_public_plays using (artist_id)
    group by
        fct_taste_artists.listener_id,
        fct_taste_artists.cutoff_at,
        fct_public_plays.source,
        fct_public_plays.source_user_id

),

neighbours as (

    select
        shared.listener_id,
        shared.cutoff_at,
        shared.source,
        shared.source_user_id,
        {{ ratio('shared.shared', 'sizes.size') }} as similarity,
    from shared
    inner join sizes using (listener_id, cutoff_at)
    window
        most_alike_first as (
            partition by shared.listener_id, shared.cutoff_at
            order by shared.shared desc, shared.source, shared.source_user_id
        )
    qualify row_number() over most_alike_first <= 50

),

matched as (

    select
        neighbours.listener_id,
        neighbours.cutoff_at,
        fct_public_plays.artist_id,
        {{ exact_sum('neighbours.similarity * fct_public_plays.weight') }}
            as neighbour_score,
        count(*) as neighbours_count,
    from neighbours
    inner join core.fct_public_plays using (source, source_user_id)
    group by neighbours.listener_id, neighbours.cutoff_at, fct_public_plays.artist_id

),

placed as (

    select
        matched.*,
        -- Who was never heard was not heard in the year.
        coalesce(fct_taste_artists.year_plays > 0, false) as is_heard,
        row_number() over best_first as place,
    from matched
    left join core.fct_taste_artists using (listener_id, cutoff_at, artist_id)
    window
        best_first as (
            partition by
                matched.listener_id,
                matched.cutoff_at,
                coalesce(fct_taste_artists.year_plays > 0, false)
            order by matched.neighbour_score desc, matched.artist_id
        )

)

select
    listener_id,
    cutoff_at,
    artist_id,
    is_heard,          -- in the year before
    neighbour_score,   -- likeness of the neighbours who play it times how much they do
    neighbours_count,  -- of the 50 who play it
from placed
where is_heard or place <= 100
