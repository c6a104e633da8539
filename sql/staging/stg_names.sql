-- Every spelling of an artist, album or track with the newest version of its keys.
--
-- grain: name_id

select
    name_id,  -- the spelling's integer, given once
    kind,     -- artist, album or track
    artist_name,
    title,
    artist_key,
    title_key,
    artist_loose_key,
    title_loose_key,
    title_work_key,
from raw.names
window
    newest_keys_first as (
        partition by name_id
        order by key_version desc
    )
qualify row_number() over newest_keys_first = 1
