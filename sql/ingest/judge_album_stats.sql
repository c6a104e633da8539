-- Which statements are new. What a file says of a name is known when the latest statements of the
-- source say all of it; otherwise all of it is kept anew, equal rows once.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        names.name_id as album_name_id,
        struct_pack(
            album_mbid := incoming.album_mbid,
            listeners := incoming.listeners,
            playcount := incoming.playcount
        ) as facts,
    from temp.incoming
    inner join raw.names
        on
            names.kind = 'album'
            and incoming.artist is not distinct from names.artist_name
            and incoming.album = names.title
            and names.key_version = $key_version
    where incoming.reason is null

),

latest as (

    select distinct
        album_name_id,
        struct_pack(
            album_mbid := album_stats.album_mbid,
            listeners := album_stats.listeners,
            playcount := album_stats.playcount
        ) as facts,
        true as is_latest,
    from raw.album_stats
    where source = $source
    window of_subject as (partition by album_name_id)
    qualify fetched_at = max(fetched_at) over of_subject

),

compared as (

    select
        stated.*,
        -- Not among the latest is new.
        coalesce(latest.is_latest, false) as is_latest,
    from stated
    left join latest
        on
            stated.album_name_id = latest.album_name_id
            and stated.facts is not distinct from latest.facts

),

counted as (

    select
        *,
        bool_and(is_latest) over of_subject as is_nothing_new,
        row_number() over equal_statements as copy,
    from compared
    window
        of_subject as (partition by album_name_id),
        equal_statements as (partition by album_name_id, facts order by line)

)

select
    if(is_nothing_new or copy > 1, 'known', 'kept') as verdict,
    line,
    album_name_id,
    facts,
from counted
