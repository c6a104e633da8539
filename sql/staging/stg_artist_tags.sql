-- Genres and tags of artists, each once per source.
--
-- grain: source, tag_key, artist_name_id, artist_mbid

select
    source,
    tag_key,                                            -- strict key of the genre or tag
    coalesce(artist_name_id, -1) as artist_name_id,     -- -1: the source knows only the mbid
    coalesce(artist_mbid, '') as artist_mbid,           -- '': the source knows only the name
    max(tag) as tag,                                    -- one of the spellings
    max(weight) as weight,
from raw.artist_tags
group by
    source,
    tag_key,
    coalesce(artist_name_id, -1),
    coalesce(artist_mbid, '')
