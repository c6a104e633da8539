-- Artists that each listener names as favourites, in their order.
--
-- grain: listener_id, position

select
    listener_id,
    position,            -- from 1
    artist as favorite_artist_name, -- as sotw.toml has it
    artist_key,
from raw.favorite_artists
