-- What kind of music a candidate is: its artist's genres, word by word, several may be true.
--
-- grain:  listener_id, week_ending, cutoff_policy, track_id
-- cutoff: cutoff_at

select
    fct_weekly_plays.listener_id,
    fct_weekly_plays.week_ending,
    fct_weekly_plays.cutoff_policy,
    fct_weekly_plays.track_id,
    fct_weekly_plays.candidate_id,
    -- Genres are timeless. An artist without any is known to be in no bucket, and flagged.
    coalesce(dim_artist_genres.is_hip_hop_rap, false) as is_hip_hop_rap,
    coalesce(dim_artist_genres.is_rnb_soul, false) as is_rnb_soul,
    coalesce(dim_artist_genres.is_electronic_dance, false) as is_electronic_dance,
    coalesce(dim_artist_genres.is_jazz, false) as is_jazz,
    coalesce(dim_artist_genres.is_classical_art, false) as is_classical_art,
    coalesce(dim_artist_genres.is_folk_country_americana, false) as is_folk_country_americana,
    coalesce(dim_artist_genres.is_metal_hard, false) as is_metal_hard,
    coalesce(dim_artist_genres.is_rock, false) as is_rock,
    coalesce(dim_artist_genres.is_pop, false) as is_pop,
    coalesce(dim_artist_genres.is_latin, false) as is_latin,
    coalesce(dim_artist_genres.is_world_regional, false) as is_world_regional,
    coalesce(dim_artist_genres.is_experimental_avant, false) as is_experimental_avant,
    coalesce(dim_artist_genres.is_other_genre, false) as is_other_genre,
    dim_artist_genres.artist_id is null as is_genre_missing, -- no source gives the artist a genre
from core.fct_weekly_plays
left join core.dim_artist_genres using (artist_id)
where fct_weekly_plays.plays > 0
