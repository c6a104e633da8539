-- Every play with all names spelled out, how it ended and in which session, for a BI tool.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal

with

-- A service that recorded no skip in a whole year recorded none at all.
recorded as (

    select
        listener_id,
        source,
        extract(year from local_date) as year,
        bool_or(is_skipped) as has_skips,
    from core.fct_plays
    group by listener_id, source, extract(year from local_date)

)

select
    fct_plays.listener_id,
    fct_plays.source,
    fct_plays.reported_at,
    fct_plays.track_name_id,
    fct_plays.ordinal,
    fct_plays.play_id,               -- of this build; `sotw rules add exclude --play` takes it
    fct_plays.played_at,
    dim_listeners.listener,
    fct_plays.local_at,
    fct_plays.local_date,
    fct_plays.week_ending,
    fct_plays.track_id,
    fct_plays.artist_id,
    dim_listener_tracks.artist_name, -- the artist's name to show
    dim_listener_tracks.track_name,
    dim_albums.album_name,
    dim_tracks.duration_ms,
    dim_tracks.release_date,
    dim_artists.artist_country,
    dim_artists.artist_type,
    dim_artist_main_tags.main_tag as genre,  -- what most is said of the artist; null: nothing
    fct_plays.time_precision,
    fct_plays.content_type,
    fct_plays.ms_played,
    case
        when fct_outcomes.is_completed then 'completed'
        when fct_outcomes.is_skipped_early then 'skipped within half a minute'
        when fct_outcomes.is_outcome_known then 'ended before its end'
    end as outcome,                          -- how it ended; null: the source does not say
    -- A year without one is one in which they were not recorded.
    case when recorded.has_skips then fct_plays.is_skipped end
        as is_skipped,                       -- as the source says; null: not recorded that year
    fct_session_plays.session_number,        -- of the listener; null: not in a session
    dim_platforms.platform_family,           -- ios, android, osx, web, …; null: not said
    fct_plays.is_counted,
    dim_listeners.is_demo,
from core.fct_plays
inner join core.dim_listeners using (listener_id)
inner join core.dim_tracks using (track_id)
inner join core.dim_listener_tracks using (listener_id, track_id)
inner join core.dim_artists
    on fct_plays.artist_id = dim_artists.artist_id
inner join recorded
    on
        fct_plays.listener_id = recorded.listener_id
        and fct_plays.source = recorded.source
        and extract(year from fct_plays.local_date) = recorded.year
left join core.dim_albums
    on fct_plays.album_id = dim_albums.album_id
left join core.dim_artist_main_tags
    on fct_plays.artist_id = dim_artist_main_tags.artist_id
left join core.fct_outcomes
    on fct_plays.play_id = fct_outcomes.play_id
left join core.fct_session_plays
    on fct_plays.play_id = fct_session_plays.play_id
left join core.dim_platforms
    on fct_plays.platform = dim_platforms.platform
