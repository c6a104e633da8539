-- Every spelling of an artist, album or track with the newest version of its keys.
--
-- grain: name_id

select
    name_id,           -- the spelling's integer, given once
    kind,              -- artist, album or track
    artist_name,       -- the artist as a source spells it
    title,             -- the album or track as a source spells it; null: the name is an artist's
    artist_key,        -- NFKC, blanks collapsed, casefolded
    title_key,         -- likewise of the title
    artist_loose_key,  -- strict key without accents and punctuation
    title_loose_key,   -- likewise of the title
    title_work_key,    -- loose key of the title without a version suffix
from raw.names
window
    newest_keys_first as (
        partition by name_id
        order by key_version desc
    )
qualify row_number() over newest_keys_first = 1
