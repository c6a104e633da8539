-- Every spelling of a tag with the one tag that is meant: one of all that differ by signs alone.
--
-- grain: tag_key

{% from 'macros_taste.sql' import squeezed %}

with

stated as (

    select
        tag_key,
        coalesce(artist_name_id, -1) as artist_number,  -- -1: the source knows only the mbid
    from staging.stg_artist_tags
    union all
    select
        stg_source_tags.tag_key,
        stg_user_artist_tags.source_artist_id as artist_number,
    from staging.stg_user_artist_tags
    inner join staging.stg_source_tags using (source, source_tag_id)

),

spellings as (

    select
        stated.tag_key,
        max(dim_tag_synonyms.tag) as synonym,
        count(distinct stated.artist_number) as artists_count,
    from stated
    left join core.dim_tag_synonyms
        on stated.tag_key = dim_tag_synonyms.spelling
    group by stated.tag_key

),

-- A tag of signs alone is itself.
grouped as (

    select
        *,
        -- Most tags are no synonym.
        coalesce(synonym, tag_key) as meant,
        coalesce(nullif({{ squeezed('coalesce(synonym, tag_key)') }}, ''), tag_key) as tag_group,
    from spellings

),

stopped as (

    select
        {{ squeezed('tag') }} as tag_group,
        true as is_stopped,
    from core.dim_stop_tags
    group by {{ squeezed('tag') }}

)

select
    grouped.tag_key,
    first_value(grouped.meant) over synonym_first as tag, -- the tag to show, of all its spellings
    -- Most tags are no stop tags.
    coalesce(stopped.is_stopped, false) or length(grouped.tag_group) < 2
        as is_stopped,                                     -- says nothing of how music sounds
from grouped
left join stopped using (tag_group)
window
    synonym_first as (
        partition by grouped.tag_group
        order by
            case when grouped.synonym is null then 1 else 0 end,
            grouped.artists_count desc,
            grouped.tag_key
    )
