-- The artists of public data sets by their own numbers.
--
-- grain: source, source_artist_id

select
    source,
    source_artist_id,                       -- the data set's own number
    min(artist_name_id) as artist_name_id,  -- its name
from raw.source_artists
group by source, source_artist_id
