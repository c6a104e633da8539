-- Which artists of a data set are new; its numbers are the key.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        incoming.source_artist_id,
        names.name_id as artist_name_id,
        row_number() over equal_ids as copy,
    from temp.incoming
    inner join raw.names
        on
            names.kind = 'artist'
            and incoming.artist = names.artist_name
            and names.key_version = $key_version
    where incoming.reason is null
    window
        equal_ids as (
            partition by incoming.source_artist_id
            order by incoming.line
        )

),

stored as (

    select
        source_artist_id,
        true as is_stored,
    from raw.source_artists
    where source = $source

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.source_artist_id,
    stated.artist_name_id,
from stated
left join stored using (source_artist_id)
