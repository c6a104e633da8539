-- Other names that are read as this one by their loose keys, or that are so like it that they may
-- be proposed as it.
--
-- $kind, and the strict keys $artist_key and $title_key; null: of an artist.
with

subjects as (

    select distinct
        artist_loose_key,
        -- Of an artist there is none to compare.
        coalesce(title_loose_key, '-') as title_loose_key,
    from raw.names
    where
        kind = $kind
        and artist_key is not distinct from $artist_key
        and title_key is not distinct from $title_key

)

select distinct
    names.artist_key,
    names.title_key,
from raw.names
inner join subjects
    on
        jaro_winkler_similarity(names.artist_loose_key, subjects.artist_loose_key) >= 0.85
        and jaro_winkler_similarity(
            -- As above.
            coalesce(names.title_loose_key, '-'), subjects.title_loose_key
        ) >= 0.85
where
    names.kind = $kind
    and (
        names.artist_key is distinct from $artist_key
        or names.title_key is distinct from $title_key
    )
