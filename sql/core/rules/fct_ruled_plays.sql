-- Plays that a dated rule, or one of their listener, makes plays of another track.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal

{% from 'macros.sql' import to_local %}

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
