-- The songs of an artist under the name that a dated alias, or one of a listener, means.
--
-- Such a rule makes a play one of another track, and that track needs a spelling.
insert into raw.names by name
with

titles as (

    select
        targets.artist_name,
        targets.artist_key,
        targets.artist_loose_key,
        tracks.name_id as like_name_id,
        tracks.title,
        tracks.title_key,
        tracks.title_loose_key,
        tracks.title_work_key,
        tracks.key_version,
    from raw.rules
    inner join raw.names as subjects on rules.name_id = subjects.name_id
    inner join raw.names as targets
        on
            rules.target_name_id = targets.name_id
            and subjects.key_version = targets.key_version
    inner join raw.names as tracks
        on
            subjects.artist_key = tracks.artist_key
            and subjects.key_version = tracks.key_version
    where
        rules.rule = 'alias'
        and rules.scope = 'artist'
        and rules.removed_at is null
        and (
            rules.listener_id is not null
            or rules.from_date is not null
            or rules.to_date is not null
        )
        and tracks.kind = 'track'
        and tracks.title_key is not null
        and tracks.key_version = $key_version
    window
        first_spelling_first as (
            partition by targets.artist_key, tracks.title_key
            order by tracks.name_id, targets.name_id
        )
    qualify row_number() over first_spelling_first = 1

),

known as (

    select
        artist_key,
        title_key,
    from raw.names
    where kind = 'track'

)

select
    $last_name_id + row_number() over in_order as name_id,
    'track' as kind,
    titles.artist_name,
    titles.title,
    titles.artist_key,
    titles.title_key,
    titles.artist_loose_key,
    titles.title_loose_key,
    titles.title_work_key,
    titles.key_version,
from titles
anti join known using (artist_key, title_key)
window
    in_order as (order by titles.like_name_id, titles.artist_key)
