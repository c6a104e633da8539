-- Every track of every catalogue once, with its features and its popularity.
--
-- A song that a catalogue has several times (in another year, on another list, spelled otherwise)
-- is the first of them that has a popularity: no choice by how large it is.
--
-- grain: catalogue, track_id

with

chosen_rows as (

    -- The key by which features are joined comes first, where Spark puts it.
    select
        training_popularity_rows.catalogue_row_id,
        training_popularity_rows.catalogue,
        dim_track_aliases.track_id,
        dim_track_aliases.artist_id,
    from marts.training_popularity_rows
    inner join core.dim_track_aliases using (track_name_id)
    window
        first_row_first as (
            partition by training_popularity_rows.catalogue, dim_track_aliases.track_id
            order by
                training_popularity_rows.popularity is null,
                training_popularity_rows.catalogue_row_id
        )
    qualify row_number() over first_row_first = 1

)

select
    chosen_rows.*,
    training_popularity_rows.* exclude (catalogue_row_id, catalogue, track_name_id),
from chosen_rows
inner join marts.training_popularity_rows using (catalogue_row_id)
