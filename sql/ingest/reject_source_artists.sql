-- A number belongs to the name it was first given with; a second name for it is a fault.
with

stated as (

    select
        source_artist_id,
        artist,
        line,
    from temp.incoming
    where reason is null
    union all
    select
        source_artists.source_artist_id,
        names.artist_name as artist,
        -1 as line,
    from raw.source_artists
    inner join raw.names on source_artists.artist_name_id = names.name_id
    where source_artists.source = $source

),

settled as (

    select
        source_artist_id,
        min_by(artist, line) as artist,
    from stated
    group by source_artist_id

)

update temp.incoming
set
    reason = 'another name for the same number',
from settled
where
    incoming.reason is null
    and incoming.source_artist_id = settled.source_artist_id
    and incoming.artist != settled.artist
