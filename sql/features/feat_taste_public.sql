-- What people like the listener, and those who play the same artists, say of an artist.
--
-- grain:  listener_id, cutoff_at, artist_id
-- cutoff: cutoff_at

select
    fct_taste_candidates.listener_id,
    fct_taste_candidates.cutoff_at,
    fct_taste_candidates.artist_id,
    fct_taste_candidates.users_count,
    -- Nobody like the listener plays it, or nothing much played is like it.
    coalesce(fct_neighbour_matches.neighbour_score, 0e0) as neighbour_ratio, -- of them who do
    coalesce(fct_neighbour_matches.neighbours_count, 0) as neighbours_count, -- of the 50 nearest
    coalesce(fct_endorsed_artists.endorsement_plays, 0e0) as endorsement_plays, -- of its like
    coalesce(fct_endorsed_artists.endorsers_count, 0) as endorsers_count, -- of the 20 most played
from core.fct_taste_candidates
left join core.fct_neighbour_matches using (listener_id, cutoff_at, artist_id)
left join core.fct_endorsed_artists
    on
        fct_taste_candidates.listener_id = fct_endorsed_artists.listener_id
        and fct_taste_candidates.cutoff_at = fct_endorsed_artists.cutoff_at
        and fct_taste_candidates.artist_id = fct_endorsed_artists.artist_id
