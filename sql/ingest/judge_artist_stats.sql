-- Which statements are new. What a file says of a name is known when the latest statements of the
-- source say all of it; otherwise all of it is kept anew, equal rows once.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        names.name_id as artist_name_id,
        struct_pack(
            artist_mbid := incoming.artist_mbid,
            listeners := incoming.listeners,
            playcount := incoming.playcount
        ) as facts,
    from temp.incoming
    inner join raw.names
        on
            names.kind = 'artist'
            and incoming.artist = names.artist_name
            and names.key_version = $key_version
    where incoming.reason is null

),

latest as (

    select distinct
        artist_name_id,
        struct_pack(
            artist_mbid := artist_stats.artist_mbid,
            listeners := artist_stats.listeners,
            playcount := artist_stats.playcount
        ) as facts,
        true as is_latest,
    from raw.artist_stats
    where source = $source
    window of_subject as (partition by artist_name_id)
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
            stated.artist_name_id = latest.artist_name_id
            and stated.facts is not distinct from latest.facts

),

counted as (

    select
        *,
        bool_and(is_latest) over of_subject as is_nothing_new,
        row_number() over equal_statements as copy,
    from compared
    window
        of_subject as (partition by artist_name_id),
        equal_statements as (partition by artist_name_id, facts order by line)

)

select
    if(is_nothing_new or copy > 1, 'known', 'kept') as verdict,
    line,
    artist_name_id,
    facts,
from counted
