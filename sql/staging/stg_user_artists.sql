-- What anonymous users of public data sets played.
--
-- grain: source, source_user_id, source_artist_id

select
    source,
    source_user_id,           -- no listener here
    source_artist_id,
    max(plays) as plays,      -- of the artist, ever
from raw.user_artists
group by source, source_user_id, source_artist_id
