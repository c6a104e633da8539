-- Artists that each listener names as favourites, of those that anybody played or saved.
--
-- grain: listener_id, artist_id

select
    stg_favorite_artists.listener_id,
    dim_artist_aliases.artist_id,
    min(stg_favorite_artists.position) as position, -- from 1, as sotw.toml lists them
from staging.stg_favorite_artists
inner join core.dim_artist_aliases using (artist_key)
group by stg_favorite_artists.listener_id, dim_artist_aliases.artist_id
