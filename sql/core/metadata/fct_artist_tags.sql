-- Which genres and tags each artist has, from all sources together.
--
-- grain: artist_id, tag_key

with

tagged as (

    select
        dim_artist_aliases.artist_id,
        stg_artist_tags.tag_key,
        stg_artist_tags.source,
        stg_artist_tags.weight,
    from staging.stg_artist_tags
    inner join core.dim_artist_aliases using (artist_name_id)
    union all
    select
        dim_artists.artist_id,
        stg_artist_tags.tag_key,
        stg_artist_tags.source,
        stg_artist_tags.weight,
    from staging.stg_artist_tags
    inner join core.dim_artists using (artist_mbid)

)

select
    artist_id,
    tag_key,
    count(distinct source) as sources_count, -- sources that agree
    max(weight) as weight,
from tagged
group by artist_id, tag_key
