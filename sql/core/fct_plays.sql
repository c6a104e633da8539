-- Every play with its track, and the day and week it falls in for its listener.
--
-- grain: listener_id, source, played_at, track_name_id, ordinal
-- audit: week_ending >= local_date

{% from 'macros.sql' import to_local, week_ending, week_number %}

with

located as (

    select
        stg_plays.listener_id,
        stg_plays.source,
        stg_plays.played_at,
        stg_plays.track_name_id,
        stg_plays.ordinal,
        dim_track_aliases.track_id,
        dim_track_aliases.artist_id,
        dim_album_aliases.album_id,
        stg_plays.time_precision,
        {{ to_local('stg_plays.played_at', 'dim_listeners.time_zone') }} as local_at,
        dim_listeners.week_ends_on,
    from staging.stg_plays
    inner join core.dim_listeners using (listener_id)
    inner join core.dim_track_aliases using (track_name_id)
    left join core.dim_album_aliases using (album_name_id)

),

dated as (

    select
        listener_id,
        source,
        played_at,
        track_name_id,
        ordinal,
        track_id,
        artist_id,
        album_id,
        time_precision,
        local_at,
        cast(local_at as date) as local_date,
        {{ week_ending('cast(local_at as date)', 'week_ends_on') }} as week_ending,
    from located

)

select
    listener_id,
    source,
    played_at,
    track_name_id,
    ordinal,
    track_id,
    artist_id,
    album_id,
    time_precision,
    local_at,                                          -- wall clock of the listener
    local_date,                                        -- day of the listener
    week_ending,                                       -- date on which the listener's week ends
    {{ week_number('week_ending') }} as week_number,   -- counts the weeks without a hole
from dated
