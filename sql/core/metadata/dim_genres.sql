-- Every genre or tag that a source gives an artist, with its bucket in Song of the Week.
--
-- grain: tag_key

with

tags as (

    select distinct
        tag_key,
    from staging.stg_artist_tags

),

first_hits as (

    select
        tags.tag_key,
        dim_seed_genre_words.bucket,
    from tags
    inner join core.dim_seed_genre_words
        on contains(tags.tag_key, dim_seed_genre_words.word)
    window
        first_bucket_first as (
            partition by tags.tag_key
            order by dim_seed_genre_words.bucket_rank, dim_seed_genre_words.word
        )
    qualify row_number() over first_bucket_first = 1

)

select
    tags.tag_key,
    -- 'pop' alone and much else hits no keyword of the seed (A-B17): kept, for parity.
    coalesce(first_hits.bucket, 'other') as seed_bucket, -- that of Song of the Week, first hit
from tags
left join first_hits using (tag_key)
