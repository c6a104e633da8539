-- The artists that the same people play: for each the twenty most alike.
--
-- Over 80 lines: all pairs are made once, and left out at once.
--
-- Cosine of who plays them in public data sets, drawn down where few people play both.
--
-- grain: artist_id, similar_artist_id
-- audit: similarity > 0
-- audit: similarity <= 1.000001e0

{% from 'macros.sql' import exact_sum, ratio %}

-- As if this many more had played only one of the two.
{% set shrinkage = '3.5e0' %}

with

sizes as (

    select
        artist_id,
        sqrt({{ exact_sum('weight * weight') }}) as size,
    from core.fct_public_plays
    group by artist_id

),

played_by_several as (

    select
        source,
        source_user_id,
        artist_id,
        weight,
    from core.fct_public_plays
    where users_count > 1

),

pairs as (

    select
        own_plays.artist_id,
        other_plays.artist_id as similar_artist_id,
        {{ exact_sum('own_plays.weight * other_plays.weight') }} as shared,
        count(*) as users_count,
    from played_by_several as own_plays
    inner join played_by_several as other_plays
        on
            own_plays.source = other_plays.source
            and own_plays.source_user_id = other_plays.source_user_id
            and own_plays.artist_id <> other_plays.artist_id
    group by own_plays.artist_id, other_plays.artist_id

),

rated as (

    select
        pairs.artist_id,
        pairs.similar_artist_id,
        pairs.users_count,
        {{ ratio('pairs.shared', 'own_sizes.size * similar_sizes.size') }}
            * {{ ratio('pairs.users_count', shrinkage ~ ' + pairs.users_count') }} as similarity,
    from pairs
    inner join sizes as own_sizes
        on pairs.artist_id = own_sizes.artist_id
    inner join sizes as similar_sizes
        on pairs.similar_artist_id = similar_sizes.artist_id

),

placed as (

    select
        *,
        row_number() over most_alike_first as similar_rank,
    from rated
    window
        most_alike_first as (
            partition by artist_id
            order by similarity desc, similar_artist_id
        )

)

select
    artist_id,
    similar_artist_id, -- another artist that the same people play
    similarity,    -- 0 to 1
    users_count,   -- users who played both
    similar_rank,  -- 1: the most alike
from placed
where similar_rank <= 20
