-- Which rows of a catalogue say something new. What a file says of a subject is known when the
-- latest statements of the catalogue say all of it; otherwise all of it is kept anew, equal parts
-- once. A row without a new part is known.
create or replace temp table judged as
with

stated as (

    select
        named.line,
        named.part,
        named.feature_source,
        names.name_id,
        named.detail,
        named.statement,
    from temp.named
    semi join temp.incoming
        on
            named.line = incoming.line
            and incoming.reason is null
    inner join raw.names
        on
            -- A part without a track is about the artist.
            names.kind = if(named.track is null, 'artist', 'track')
            and named.artist = names.artist_name
            and named.track is not distinct from names.title
            and names.key_version = $key_version

),

compared as (

    select
        stated.*,
        -- Not among the latest is new.
        coalesce(compared.is_latest, false) as is_latest,
    from stated
    left join temp.compared
        on
            stated.part = compared.part
            and stated.feature_source = compared.feature_source
            and stated.name_id = compared.name_id
            and stated.detail is not distinct from compared.detail
            and stated.statement = compared.statement

),

counted as (

    select
        *,
        bool_and(is_latest) over of_subject as is_nothing_new,
        row_number() over equal_statements as copy,
    from compared
    window
        of_subject as (partition by part, feature_source, name_id, detail),
        equal_statements as (
            partition by part, feature_source, name_id, detail, statement
            order by line
        )

),

parted as (

    select
        line,
        part,
        name_id,
        not is_nothing_new and copy = 1 as is_new,
    from counted

)

select
    if(bool_or(is_new), 'kept', 'known') as verdict,
    line,
    max(name_id) filter (where is_new and part = 'stats') as stats_name_id,
    max(name_id) filter (where is_new and part = 'audio') as audio_name_id,
    max(name_id) filter (where is_new and part = 'popularity') as popularity_name_id,
    max(name_id) filter (where is_new and part = 'tag') as tag_name_id,
    $now as fetched_at,
    $import_id as import_id,
from parted
group by line
