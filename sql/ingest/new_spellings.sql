-- Spellings of this file without keys of the current version, and all of an older version that
-- are there; name_id where they have one.
with

spellings as (

    select
        'artist' as kind,
        artist as artist_name,
        cast(null as varchar) as title,
    from temp.incoming
    where reason is null and artist is not null
    union
    select
        'album' as kind,
        artist as artist_name,
        album as title,
    from temp.incoming
    where $has_albums and reason is null and album is not null
    union
    select
        'track' as kind,
        artist as artist_name,
        track as title,
    from temp.incoming
    where reason is null and track is not null
    union
    select
        kind,
        artist_name,
        title,
    from raw.names
    group by kind, artist_name, title
    having max(key_version) < $key_version

),

known as (

    select
        kind,
        artist_name,
        title,
        min(name_id) as name_id,
        max(key_version) as key_version,
    from raw.names
    group by kind, artist_name, title

)

select
    spellings.kind,
    spellings.artist_name,
    spellings.title,
    known.name_id,
from spellings
left join known
    on
        spellings.kind = known.kind
        and spellings.artist_name is not distinct from known.artist_name
        and spellings.title is not distinct from known.title
where known.key_version is null or known.key_version < $key_version
-- Ids follow this order, so that equal files give equal ids.
order by spellings.kind, spellings.artist_name, spellings.title
