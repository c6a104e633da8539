-- Which words of a genre's name put it into which broad bucket, whole words only.
--
-- grain: bucket, word

select
    bucket,       -- one of twelve broad kinds of music
    word,         -- the word or words that mean it
    bucket_rank,  -- order in which the buckets are tried
from {{ seed('genre_words') }}
