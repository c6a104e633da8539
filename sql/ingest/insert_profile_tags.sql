-- The genres that a table of profiles names, by MusicBrainz id; lines of text within.
insert into raw.artist_tags by name
with

spelled as (

    select
        artist_mbid,
        line,
        unnest(string_split(tag, chr(10))) as tag,
        unnest(string_split(tag_key, chr(10))) as tag_key,
    from temp.incoming
    where reason is null and tag_key is not null

),

stored as (

    select
        artist_mbid,
        tag_key,
    from raw.artist_tags
    where source = $source and artist_mbid is not null

)

select
    spelled.artist_mbid,
    spelled.tag_key,
    min_by(spelled.tag, spelled.line) as tag,
    $source as source,
    $now as fetched_at,
    $import_id as import_id,
    min(spelled.line) as line,
from spelled
anti join stored using (artist_mbid, tag_key)
group by spelled.artist_mbid, spelled.tag_key
order by line, spelled.tag_key
