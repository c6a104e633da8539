-- Every Spotify id a source gives a track.
--
-- grain: track_id, spotify_track_id

select
    dim_track_aliases.track_id,
    stg_track_stats.spotify_track_id,
from staging.stg_track_stats
inner join core.dim_track_aliases using (track_name_id)
where stg_track_stats.spotify_track_id is not null
group by dim_track_aliases.track_id, stg_track_stats.spotify_track_id
