-- Other names that the last build reads as the track of this one.
--
-- The strict keys $artist_key and $title_key; null: of an artist.
with

subjects as (

    select distinct
        track_id,
    from core.dim_track_aliases
    where
        artist_key = $artist_key
        and $title_key is not distinct from track_key

)

select distinct
    dim_track_aliases.artist_key,
    dim_track_aliases.track_key as title_key,
from core.dim_track_aliases
semi join subjects using (track_id)
where
    dim_track_aliases.artist_key != $artist_key
    or dim_track_aliases.track_key != $title_key
