-- How well an artist's tags match what the listener heard before the instant.
--
-- grain:  listener_id, cutoff_at, artist_id
-- cutoff: cutoff_at
-- audit:  tag_similarity_ratio between 0 and 1.000001e0

with

tag_counts as (

    select
        artist_id,
        count(*) as tags_count,
    from core.fct_artist_tag_weights
    group by artist_id

)

select
    fct_taste_candidates.listener_id,
    fct_taste_candidates.cutoff_at,
    fct_taste_candidates.artist_id,  -- one that was heard, or is to be found
    -- An artist without tags matches nothing.
    coalesce(tag_counts.tags_count, 0) as tags_count,                   -- of the artist
    coalesce(fct_tag_matches.tag_similarity, 0e0) as tag_similarity_ratio, -- cosine of both
    coalesce(fct_tag_matches.recent_tag_similarity, 0e0)
        as recent_tag_similarity_ratio,                                 -- … of the last 13 weeks
    coalesce(fct_tag_matches.tag_share, 0e0) as tag_match_share, -- its tags' shares of the plays
from core.fct_taste_candidates
left join core.fct_tag_matches using (listener_id, cutoff_at, artist_id)
left join tag_counts
    on fct_taste_candidates.artist_id = tag_counts.artist_id
