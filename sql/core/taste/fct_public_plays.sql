-- What users of public data sets played, by artist here; a user's plays have length 1.
--
-- Plays count as the logarithm: the most played artist is not all there is.
--
-- grain: source, source_user_id, artist_id
-- audit: weight > 0
-- audit: weight <= 1.000001e0

{% from 'macros.sql' import exact_sum, ratio %}

with

by_artist as (

    select
        source,
        source_user_id,
        artist_id,
        ln(1e0 + plays) as log_plays,
    from core.fct_neighbour_plays

)

select
    source,
    source_user_id,
    artist_id,
    {{ ratio('log_plays', 'sqrt(%s)' % exact_sum('log_plays * log_plays', 'of_user')) }}
        as weight,                          -- of the artist; the squares of a user sum to 1
    count(*) over of_artist as users_count, -- users of the data set who played the artist
from by_artist
window
    of_user as (partition by source, source_user_id),
    of_artist as (partition by source, artist_id)
