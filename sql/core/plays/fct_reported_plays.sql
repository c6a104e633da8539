-- Every play as each source reports it, with its track and when it began.
--
-- Over 80 lines: the rules that give some plays another track need no table of their own.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal
-- audit: ms_played is null or ms_played >= 0

{% from 'macros.sql' import to_local %}

with

-- Plays that a dated rule, or one of their listener, makes plays of another track.
ruled as (

    select
        stg_plays.listener_id,
        stg_plays.source,
        stg_plays.reported_at,
        stg_plays.track_name_id,
        stg_plays.ordinal,
        dim_play_aliases.ruled_track_id,
        dim_play_aliases.ruled_artist_id,
        dim_play_aliases.ruled_work_id,
    from core.dim_play_aliases
    inner join staging.stg_plays
        on
            dim_play_aliases.track_name_id = stg_plays.track_name_id
            and dim_play_aliases.rule_listener_id = stg_plays.listener_id
    inner join core.dim_listeners
        on stg_plays.listener_id = dim_listeners.listener_id
    where
        cast({{ to_local('stg_plays.played_at', 'dim_listeners.time_zone') }} as date)
            between dim_play_aliases.from_date and dim_play_aliases.to_date
    window
        -- The listener's own rule goes before one for all, and of equals the latest.
        nearest_rule_first as (
            partition by
                stg_plays.listener_id,
                stg_plays.source,
                stg_plays.reported_at,
                stg_plays.track_name_id,
                stg_plays.ordinal
            order by dim_play_aliases.is_own_rule desc, dim_play_aliases.rule_id desc
        )
    qualify row_number() over nearest_rule_first = 1

)

select
    stg_plays.listener_id,
    stg_plays.source,
    stg_plays.reported_at,
    stg_plays.track_name_id,
    stg_plays.ordinal,
    1000000000 * cast(stg_plays.listener_id as bigint) + row_number() over by_stamp
        as play_id,     -- the play's integer, of this build only: the billions are the listener
    stg_plays.played_at,
    -- Without such a rule the one that its ids mean, else that of the spelling.
    coalesce(ruled.ruled_track_id, fct_namesake_plays.named_track_id, dim_track_aliases.track_id)
        as track_id,
    coalesce(
        ruled.ruled_artist_id, fct_namesake_plays.named_artist_id, dim_track_aliases.artist_id
    ) as artist_id,
    coalesce(ruled.ruled_work_id, fct_namesake_plays.named_work_id, dim_track_aliases.work_id)
        as work_id,
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
left join ruled using (listener_id, source, reported_at, track_name_id, ordinal)
left join core.fct_namesake_plays
    using (listener_id, source, reported_at, track_name_id, ordinal)
window
    by_stamp as (
        partition by stg_plays.listener_id
        order by
            stg_plays.reported_at,
            stg_plays.source,
            stg_plays.track_name_id,
            stg_plays.ordinal
    )
