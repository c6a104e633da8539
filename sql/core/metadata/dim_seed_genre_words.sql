-- The keywords by which Song of the Week bucketed genres, as parts of words.
--
-- grain: bucket, word

select
    bucket,       -- one of twelve broad kinds of music
    word,         -- the word or words that mean it
    bucket_rank,  -- order in which the buckets are tried
from {{ seed('system_a_genre_words') }}
