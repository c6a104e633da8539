-- Which statements are new. What a file says of an artist is known when the latest statements of
-- the source say all of it; otherwise all of it is kept anew, equal rows once.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        incoming.artist_mbid,
        struct_pack(
            country := incoming.country,
            artist_type := incoming.artist_type,
            career_begin_date := incoming.career_begin_date,
            career_end_date := incoming.career_end_date,
            has_career_ended := incoming.has_career_ended
        ) as facts,
    from temp.incoming
    where incoming.reason is null

),

latest as (

    select distinct
        artist_mbid,
        struct_pack(
            country := artist_profiles.country,
            artist_type := artist_profiles.artist_type,
            career_begin_date := artist_profiles.career_begin_date,
            career_end_date := artist_profiles.career_end_date,
            has_career_ended := artist_profiles.has_career_ended
        ) as facts,
        true as is_latest,
    from raw.artist_profiles
    where source = $source
    window of_subject as (partition by artist_mbid)
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
            stated.artist_mbid = latest.artist_mbid
            and stated.facts is not distinct from latest.facts

),

counted as (

    select
        *,
        bool_and(is_latest) over of_subject as is_nothing_new,
        row_number() over equal_statements as copy,
    from compared
    window
        of_subject as (partition by artist_mbid),
        equal_statements as (partition by artist_mbid, facts order by line)

)

select
    if(is_nothing_new or copy > 1, 'known', 'kept') as verdict,
    line,
    artist_mbid,
    facts,
from counted
