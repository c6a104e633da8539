-- The genres that a table of tracks names for their artists, one row each; lines of text within.
insert into raw.artist_tags by name
with

spelled as (

    select
        names.name_id as artist_name_id,
        incoming.line,
        unnest(string_split(incoming.tag, chr(10))) as tag,
        unnest(string_split(incoming.tag_key, chr(10))) as tag_key,
    from temp.incoming
    inner join raw.names
        on
            names.kind = 'artist'
            and incoming.artist = names.artist_name
            and names.key_version = $key_version
    where incoming.reason is null and incoming.tag_key is not null

),

stored as (

    select
        artist_name_id,
        tag_key,
    from raw.artist_tags
    where source = $source and artist_name_id is not null

)

select
    spelled.artist_name_id,
    spelled.tag_key,
    min_by(spelled.tag, spelled.line) as tag,
    $source as source,
    $now as fetched_at,
    $import_id as import_id,
    min(spelled.line) as line,
from spelled
anti join stored using (artist_name_id, tag_key)
group by spelled.artist_name_id, spelled.tag_key
order by line, spelled.tag_key
