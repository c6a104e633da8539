-- Which album each spelling means: equal artist and loose title are one album.
--
-- grain: album_name_id

select
    stg_names.name_id as album_name_id,               -- a spelling of an album
    min(stg_names.name_id) over by_title as album_id, -- the album's integer: smallest spelling
    stg_names.artist_name,
    stg_names.title as album_name,                   -- the album's title as the source spells it
    stg_names.artist_key,
    stg_names.title_key as album_key,                -- strict key of the album's title
from staging.stg_names
-- An album may be nobody's.
left join core.dim_artist_aliases using (artist_name)
where stg_names.kind = 'album'
window
    by_title as (
        partition by
            dim_artist_aliases.artist_id,
            -- A title of only punctuation has no loose key.
            coalesce(stg_names.title_loose_key, stg_names.title_key)
    )
