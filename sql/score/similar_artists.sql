-- The artists that are played by the same people: cosine of their weights, shrunk where few do.
--
-- temp.weighted_plays: person, artist_id, weight. $neighbours, $shrinkage (in squared weight).

with

lengths as (

    select
        artist_id,
        sqrt(sum(weight * weight)) as length,
    from temp.weighted_plays
    group by artist_id

),

-- Both ways, so that the nearest of each can be kept.
together as (

    select
        near_plays.artist_id as neighbour_id,
        own_plays.artist_id,
        sum(near_plays.weight * own_plays.weight) as product,
    from temp.weighted_plays as near_plays
    inner join temp.weighted_plays as own_plays
        on near_plays.person = own_plays.person and near_plays.artist_id <> own_plays.artist_id
    group by near_plays.artist_id, own_plays.artist_id

),

alike as (

    select
        together.artist_id,
        together.neighbour_id,
        together.product / (own_lengths.length * near_lengths.length + $shrinkage) as similarity,
    from together
    inner join lengths as own_lengths
        on together.artist_id = own_lengths.artist_id
    inner join lengths as near_lengths
        on together.neighbour_id = near_lengths.artist_id

)

select
    artist_id,
    neighbour_id,
    similarity,
from alike
window
    nearest_first as (
        partition by neighbour_id
        order by similarity desc, artist_id
    )
qualify row_number() over nearest_first <= $neighbours
