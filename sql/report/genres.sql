-- Plays by the broad genres of their artists; several may be true of one. temp.report_tracks.

select
    cast(sum(plays) as bigint) as all_plays,
    sum(plays) filter (where dim_artist_genres.artist_id is null) as unknown,
    sum(plays) filter (where dim_artist_genres.is_hip_hop_rap) as hip_hop_rap,
    sum(plays) filter (where dim_artist_genres.is_rnb_soul) as rnb_soul,
    sum(plays) filter (where dim_artist_genres.is_electronic_dance) as electronic_dance,
    sum(plays) filter (where dim_artist_genres.is_jazz) as jazz,
    sum(plays) filter (where dim_artist_genres.is_classical_art) as classical_art,
    sum(plays) filter (where dim_artist_genres.is_folk_country_americana)
        as folk_country_americana,
    sum(plays) filter (where dim_artist_genres.is_metal_hard) as metal_hard,
    sum(plays) filter (where dim_artist_genres.is_rock) as rock,
    sum(plays) filter (where dim_artist_genres.is_pop) as pop,
    sum(plays) filter (where dim_artist_genres.is_latin) as latin,
    sum(plays) filter (where dim_artist_genres.is_world_regional) as world_regional,
    sum(plays) filter (where dim_artist_genres.is_experimental_avant) as experimental_avant,
    sum(plays) filter (where dim_artist_genres.is_other_genre) as other,
from temp.report_tracks
left join core.dim_artist_genres using (artist_id)
