-- Which artist each spelling means: spellings with equal strict keys are one artist.
--
-- grain: artist_name_id

select
    name_id as artist_name_id,             -- a spelling of an artist
    -- The smallest id of the cluster, so that a late import renumbers nothing.
    min(name_id) over by_key as artist_id, -- the artist's integer
    artist_name,                           -- a spelling here, elsewhere the name to show
    artist_key,                            -- NFKC, blanks collapsed, casefolded
    artist_loose_key,                      -- strict key without accents and punctuation
from staging.stg_names
where kind = 'artist' and artist_key is not null
window
    by_key as (partition by artist_key)
