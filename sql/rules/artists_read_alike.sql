-- Other names that the last build reads as the artist of this one.
--
-- The strict keys $artist_key and $title_key; null: of an artist.
with

subjects as (

    select distinct
        artist_id,
    from core.dim_artist_aliases
    where
        artist_key = $artist_key
        and $title_key is not distinct from cast(null as varchar)

)

select distinct
    dim_artist_aliases.artist_key,
    cast(null as varchar) as title_key,
from core.dim_artist_aliases
semi join subjects using (artist_id)
where
    dim_artist_aliases.artist_key != $artist_key
