-- The artists that somebody plays and that are most like a name, the same name first.
--
-- The keys $artist and $loose_artist.
with

played as (

    select
        artist_id,
        count(*) as people,
    from marts.training_artists
    group by artist_id

),

spelled as (

    select
        dim_artist_aliases.artist_id,
        min(
            case
                when dim_artist_aliases.artist_key = $artist then 0
                when dim_artist_aliases.artist_loose_key = $loose_artist then 1
                else 2
            end
        ) as distance,
        max(jaro_winkler_similarity(dim_artist_aliases.artist_loose_key, $loose_artist))
            as similarity,
    from core.dim_artist_aliases
    semi join played using (artist_id)
    group by dim_artist_aliases.artist_id

)

select
    spelled.artist_id,
    dim_artists.artist_name,
    spelled.distance < 2 as is_named,
    played.people,
from spelled
inner join played using (artist_id)
inner join core.dim_artists using (artist_id)
order by
    spelled.distance,
    spelled.similarity desc,
    played.people desc,
    spelled.artist_id
limit 3
