-- What the sources together say an artist sounds like: whole tags, weighted, with TF-IDF.
--
-- Sources count alike. TF-IDF is smooth and of length 1.
--
-- grain: artist_id, tag
-- audit: weight > 0
-- audit: weight <= 1.000001e0
-- audit: tf_idf > 0
-- audit: tf_idf <= 1.000001e0

{% from 'macros.sql' import exact_sum, ratio %}

with

sources as (

    select
        artist_id,
        count(distinct source) as sources_count,
    from core.fct_source_tags
    group by artist_id

),

merged as (

    select
        fct_source_tags.artist_id,
        fct_source_tags.tag,
        {{ exact_sum('fct_source_tags.weight') }} as weight,
        max(sources.sources_count) as sources_count,
    from core.fct_source_tags
    inner join sources using (artist_id)
    group by fct_source_tags.artist_id, fct_source_tags.tag

),

tag_counts as (

    select
        tag,
        count(*) as artists_count,
    from merged
    group by tag

),

totals as (

    select
        count(*) as artists_count,
    from sources

),

rated as (

    select
        merged.artist_id,
        merged.tag,
        {{ ratio('merged.weight', 'merged.sources_count') }} as weight,
        tag_counts.artists_count,
        1e0 + ln(1e0 + totals.artists_count) - ln(1e0 + tag_counts.artists_count) as idf,
    from merged
    inner join tag_counts using (tag)
    cross join totals

)

select
    artist_id,
    tag,
    weight,          -- 0 to 1; the mean over the sources that tag the artist
    artists_count,   -- artists with the tag
    idf,             -- 1 + ln of how rare the tag is among tagged artists
    {{ ratio('weight * idf', 'sqrt(%s)' % exact_sum('pow(weight * idf, 2)', 'of_artist')) }}
        as tf_idf,   -- weight times idf; the squares of an artist sum to 1
from rated
window
    of_artist as (partition by artist_id)
