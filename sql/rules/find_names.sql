-- The spellings with these strict keys; a null key stands for any.
select
    name_id,
    artist_name,
    title,
    artist_key,
    title_key,
from raw.names
where
    kind = $kind
    and ($artist_key is null or artist_key = $artist_key)
    and ($title_key is null or title_key = $title_key)
window
    newest_keys_first as (
        partition by name_id
        order by key_version desc, name_id
    )
qualify row_number() over newest_keys_first = 1
order by name_id
