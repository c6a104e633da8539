-- The lists of artists that accepted plays have beside the names of their tracks, each once.
with

listed as (

    select distinct
        named.track_name_id,
        named.source,
        json_extract(incoming.payload, '$.artists') as artists,
        json_extract(incoming.payload, '$.guests') as guests,
    from temp.named
    inner join temp.incoming on named.incoming_rowid = incoming.rowid
    where contains(incoming.payload, '"artists":')

)

select
    track_name_id,
    source,
    from_json(artists, '["varchar"]') as artists,
    from_json(guests, '["varchar"]') as guests,
from listed
order by all
