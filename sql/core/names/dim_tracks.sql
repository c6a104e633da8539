-- Each track with the names to show and what is timeless about it.
--
-- Over 80 lines: each fact of a track has its own rule of which source is believed.
--
-- grain: track_id
-- audit: duration_ms > 0

with

spelled as (

    select
        track_id,
        artist_id,
        track_name,
        artist_key,
        track_key,
        artist_loose_key,
        track_loose_key,
        work_key,
    from core.dim_track_aliases
    where is_shown

),

shown_names as (

    select
        track_id,
        artist_id,
        track_name,
        artist_key,
        track_key,
        artist_loose_key,
        track_loose_key,
        work_key,
    from spelled
    union all
    select
        dim_namesakes.track_id,
        dim_namesakes.artist_id,
        spelled.track_name,
        spelled.artist_key,
        spelled.track_key,
        spelled.artist_loose_key,
        spelled.track_loose_key,
        spelled.work_key,
    from core.dim_namesakes
    inner join spelled
        on dim_namesakes.spelled_track_id = spelled.track_id

),

stated_facts as (

    -- Durations agree to seconds between sources; the longest is the uncut recording. A
    -- re-issue is dated later than the song, so the earliest date counts.
    select
        dim_track_aliases.track_id,
        max(stg_track_stats.duration_ms) as duration_ms,
        min(stg_track_stats.release_date) as release_date,
        min(stg_track_stats.spotify_track_id) as spotify_track_id,
    from staging.stg_track_stats
    inner join core.dim_track_aliases using (track_name_id)
    group by dim_track_aliases.track_id

),

-- What a player says of the song that it plays, where no catalogue says more.
played_lengths as (

    select
        dim_track_aliases.track_id,
        max(stg_plays.stated_duration_ms) as duration_ms,
    from staging.stg_plays
    inner join core.dim_track_aliases using (track_name_id)
    where stg_plays.stated_duration_ms > 0
    group by dim_track_aliases.track_id

),

release_granularities as (

    select
        dim_track_aliases.track_id,
        stg_track_stats.release_date,
        min(stg_track_stats.release_granularity) as release_granularity,
    from staging.stg_track_stats
    inner join core.dim_track_aliases using (track_name_id)
    where stg_track_stats.release_date is not null
    group by dim_track_aliases.track_id, stg_track_stats.release_date

)

select
    shown_names.track_id,
    shown_names.artist_id,
    dim_artists.artist_name,
    shown_names.track_name,
    shown_names.artist_key,
    shown_names.track_key,
    shown_names.artist_loose_key,
    shown_names.track_loose_key,
    shown_names.work_key,
    -- What no catalogue has, a play may say.
    coalesce(stated_facts.duration_ms, played_lengths.duration_ms)
        as duration_ms,                 -- length; timeless, so used for all of history
    stated_facts.release_date,          -- first day it can mean; timeless
    release_granularities.release_granularity,
    stated_facts.spotify_track_id,      -- one of the ids Spotify gives the recording
from shown_names
inner join core.dim_artists using (artist_id)
left join stated_facts using (track_id)
left join played_lengths using (track_id)
left join release_granularities using (track_id, release_date)
