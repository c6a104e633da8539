-- The keywords by which system A bucketed genres, as parts of words (SYSTEMS A.6).
--
-- grain: bucket, word

select
    bucket,       -- one of twelve broad kinds of music
    word,         -- the word or words that mean it
    bucket_rank,  -- order in which the buckets are tried
from {{ seed('system_a_genre_words') }}
