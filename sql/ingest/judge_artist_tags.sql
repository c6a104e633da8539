-- Which pairs of artist and tag are new; another spelling of a tag with an equal key is known.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        names.name_id as artist_name_id,
        incoming.tag,
        incoming.tag_key,
        incoming.weight,
        row_number() over equal_tags as copy,
    from temp.incoming
    inner join raw.names
        on
            names.kind = 'artist'
            and incoming.artist = names.artist_name
            and names.key_version = $key_version
    where incoming.reason is null
    window
        equal_tags as (
            partition by names.name_id, incoming.tag_key
            order by incoming.line
        )

),

stored as (

    select distinct
        artist_name_id,
        tag_key,
        true as is_stored,
    from raw.artist_tags
    where source = $source and artist_name_id is not null

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.artist_name_id,
    stated.tag,
    stated.tag_key,
    stated.weight,
from stated
left join stored using (artist_name_id, tag_key)
