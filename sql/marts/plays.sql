-- Every play with all names spelled out, for a BI tool.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal

select
    fct_plays.listener_id,
    fct_plays.source,
    fct_plays.reported_at,
    fct_plays.track_name_id,
    fct_plays.ordinal,
    fct_plays.played_at,
    dim_listeners.listener,
    fct_plays.local_at,
    fct_plays.local_date,
    fct_plays.week_ending,
    fct_plays.track_id,
    fct_plays.artist_id,
    dim_tracks.artist_name,    -- the artist's name to show
    dim_tracks.track_name,
    dim_albums.album_name,
    dim_tracks.duration_ms,
    dim_tracks.release_date,
    dim_artists.artist_country,
    dim_artists.artist_type,
    fct_plays.time_precision,
    fct_plays.content_type,
    fct_plays.ms_played,
    fct_plays.is_counted,
    dim_listeners.is_demo,
from core.fct_plays
inner join core.dim_listeners using (listener_id)
inner join core.dim_tracks using (track_id)
inner join core.dim_artists
    on fct_plays.artist_id = dim_artists.artist_id
left join core.dim_albums
    on fct_plays.album_id = dim_albums.album_id
