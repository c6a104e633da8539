-- Every play as each source reports it, with its track and when it began.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal
-- audit: ms_played is null or ms_played >= 0

{% from 'macros.sql' import to_local %}

select
    stg_plays.listener_id,
    stg_plays.source,
    stg_plays.reported_at,
    stg_plays.track_name_id,
    stg_plays.ordinal,
    stg_plays.played_at,
    -- Without such a rule the track that the spelling means.
    coalesce(fct_ruled_plays.ruled_track_id, dim_track_aliases.track_id) as track_id,
    coalesce(fct_ruled_plays.ruled_artist_id, dim_track_aliases.artist_id) as artist_id,
    coalesce(fct_ruled_plays.ruled_work_id, dim_track_aliases.work_id) as work_id,
    dim_album_aliases.album_id,
    stg_plays.time_kind,
    stg_plays.time_precision,
    stg_plays.time_source,
    stg_plays.content_type,
    stg_plays.ms_played,
    stg_plays.is_skipped,
    stg_plays.reason_start,
    stg_plays.reason_end,
    stg_plays.platform,
    stg_plays.country,
    stg_plays.is_shuffle,
    stg_plays.is_offline,
    stg_plays.is_private,
    {{ to_local('stg_plays.played_at', 'dim_listeners.time_zone') }}
        as local_at,    -- wall clock of the listener
    cast({{ to_local('stg_plays.played_at', 'dim_listeners.time_zone') }} as date)
        as local_date,  -- day of the listener
from staging.stg_plays
inner join core.dim_listeners using (listener_id)
inner join core.dim_track_aliases using (track_name_id)
left join core.dim_album_aliases using (album_name_id)
left join core.fct_ruled_plays using (listener_id, source, reported_at, track_name_id, ordinal)
