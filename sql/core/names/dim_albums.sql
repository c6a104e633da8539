-- Each album with the name to show.
--
-- grain: album_id

select
    album_id,
    album_name,
    artist_name,
    artist_key,
    album_key,
from core.dim_album_aliases
-- The first spelling ever seen is the one whose id names the cluster.
where album_name_id = album_id
