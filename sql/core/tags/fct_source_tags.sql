-- What each source says an artist sounds like, relative to what it says most.
--
-- Of a public data set a tag weighs as many users as gave it.
--
-- grain: artist_id, source, tag
-- audit: weight > 0
-- audit: weight <= 1

{% from 'macros.sql' import ratio %}

with

stated as (

    select
        dim_artist_aliases.artist_id,
        stg_artist_tags.source,
        stg_artist_tags.tag_key,
        stg_artist_tags.weight,
    from staging.stg_artist_tags
    inner join core.dim_artist_aliases using (artist_name_id)
    union all
    select
        dim_artists.artist_id,
        stg_artist_tags.source,
        stg_artist_tags.tag_key,
        stg_artist_tags.weight,
    from staging.stg_artist_tags
    inner join core.dim_artists using (artist_mbid)
    union all
    select
        dim_artist_aliases.artist_id,
        stg_user_artist_tags.source,
        stg_source_tags.tag_key,
        cast(count(*) as double) as weight,
    from staging.stg_user_artist_tags
    inner join staging.stg_source_tags using (source, source_tag_id)
    inner join staging.stg_source_artists
        on
            stg_user_artist_tags.source = stg_source_artists.source
            and stg_user_artist_tags.source_artist_id = stg_source_artists.source_artist_id
    inner join core.dim_artist_aliases
        on stg_source_artists.artist_name_id = dim_artist_aliases.artist_name_id
    group by
        dim_artist_aliases.artist_id,
        stg_user_artist_tags.source,
        stg_source_tags.tag_key

),

by_source as (

    select
        stated.artist_id,
        stated.source,
        dim_tags.tag,
        max(stated.weight) as weight,
    from stated
    inner join core.dim_tags using (tag_key)
    where not dim_tags.is_stopped
    group by stated.artist_id, stated.source, dim_tags.tag

)

-- A weight of 0 is none.
select
    artist_id,
    source,
    tag,
    -- What a source names without a weight, it means in full.
    coalesce({{ ratio('weight', 'max(weight) over of_source') }}, 1e0)
        as weight,  -- 1: the tag that the source weighs most
from by_source
where weight is null or weight > 0
window
    of_source as (partition by artist_id, source)
