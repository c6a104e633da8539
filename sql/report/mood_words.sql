-- The words that mean an energy (0 to 100) or hours of the day (both included).
select
    word,
    kind,
    least,
    most,
from {{ seed('mood_words') }}
