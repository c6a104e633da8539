-- The genres that a catalogue names for artists, one row each; lines of text within.
insert into raw.artist_tags by name
with

spelled as (

    select
        judged.tag_name_id as artist_name_id,
        incoming.feature_source as source,
        judged.fetched_at,
        judged.import_id,
        judged.line,
        unnest(string_split(incoming.tag, chr(10))) as tag,
        unnest(string_split(incoming.tag_key, chr(10))) as tag_key,
    from temp.judged
    inner join temp.incoming using (line)
    where judged.tag_name_id is not null

)

select
    spelled.artist_name_id,
    spelled.tag_key,
    min_by(spelled.tag, spelled.line) as tag,
    spelled.source,
    spelled.fetched_at,
    spelled.import_id,
    min(spelled.line) as line,
from spelled
anti join raw.artist_tags using (artist_name_id, tag_key, source)
group by
    spelled.artist_name_id,
    spelled.tag_key,
    spelled.source,
    spelled.fetched_at,
    spelled.import_id
order by line, spelled.tag_key
