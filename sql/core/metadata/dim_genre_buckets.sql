-- The broad buckets that each genre belongs to by the whole words of its name.
--
-- grain: tag_key, bucket

with

spaced as (

    select
        tag_key,
        ' ' || replace(replace(replace(tag_key, '-', ' '), '/', ' '), ',', ' ') || ' ' as words,
    from core.dim_genres

)

select
    spaced.tag_key,
    dim_genre_words.bucket,
from spaced
inner join core.dim_genre_words
    on contains(spaced.words, ' ' || dim_genre_words.word || ' ')
group by spaced.tag_key, dim_genre_words.bucket
