-- Which album each spelling means: equal strict keys of artist and title are one album.
--
-- grain: album_name_id

select
    name_id as album_name_id,              -- a spelling of an album
    min(name_id) over by_keys as album_id, -- the album's integer, smallest of its cluster
    artist_name,
    title as album_name,                   -- the album's title as the source spells it
    artist_key,
    title_key as album_key,                -- strict key of the album's title
from staging.stg_names
where kind = 'album'
window
    by_keys as (partition by artist_key, title_key)
