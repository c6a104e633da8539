-- Every play of a song whose source says how long it played or why it ended, in order.
--
-- Over 80 lines: all that is known of how a play ended, column by column.
--
-- grain: listener_id, play_number
-- audit: is_outcome_known or is_completed is null
-- audit: is_completed_loose or not is_completed
-- audit: is_skipped_early is null or not (is_skipped_early and is_completed)

{% from 'macros.sql' import to_local %}

-- A skip before this is early; and at this share of the length a play is as good as whole.
{% set early_ms = 30000 %}
{% set whole_share = '0.9e0' %}

with

stated as (

    -- Its stamp orders the plays: the end, where the source gives it. A start would be the stamp
    -- less ms_played, and so tell of the play's own outcome.
    select
        fct_plays.*,
        row_number() over by_stamp as play_number,
        -- Sources that stamp the start mean this end too.
        fct_plays.played_at + coalesce(fct_plays.ms_played, 0) * interval '0.001 seconds'
            as ended_at,
        -- Sources write a reason they do not know, or none.
        coalesce(fct_plays.reason_end, 'unknown') != 'unknown' as is_outcome_known,
    from core.fct_plays
    anti join core.fct_excluded_plays
        on
            fct_plays.play_id = fct_excluded_plays.play_id
            and fct_excluded_plays.is_out_of_training
    where
        fct_plays.content_type = 'track'
        and (fct_plays.ms_played is not null or fct_plays.reason_end is not null)
    window
        by_stamp as (
            partition by fct_plays.listener_id
            order by
                fct_plays.reported_at,
                fct_plays.source,
                fct_plays.track_name_id,
                fct_plays.ordinal
        )

),

judged as (

    select
        stated.*,
        dim_tracks.duration_ms,
        case
            -- Spotify's word and Apple's.
            when is_outcome_known then reason_end in ('trackdone', 'natural_end_of_track')
        end as is_completed,
        cast(ms_played as double) >= {{ whole_share }} * dim_tracks.duration_ms
            as is_whole_length,
    from stated
    inner join core.dim_tracks using (track_id)

)

select
    judged.listener_id,
    judged.play_number,       -- 1, 2, … per listener by the source's stamp (Spotify: the end)
    judged.play_id,
    judged.source,
    judged.reported_at,
    judged.track_name_id,
    judged.ordinal,
    judged.track_id,
    judged.artist_id,
    judged.album_id,
    judged.played_at,
    judged.ended_at,          -- UTC; when the play ended
    {{ to_local('judged.ended_at', 'dim_listeners.time_zone') }}
        as ended_local_at,    -- likewise by the listener's clock
    judged.local_at,
    judged.ms_played,
    judged.reason_start,
    judged.reason_end,
    judged.platform,
    -- A platform that is not said is of no known family.
    coalesce(dim_platforms.platform_family, 'unknown') as platform_family,
    judged.country,
    judged.is_shuffle,
    judged.is_offline,
    judged.is_skipped,
    judged.is_outcome_known,  -- the source says why the play ended
    judged.is_completed,      -- the song played to its end; null: not known
    case
        when judged.is_completed or judged.is_whole_length then true
        -- Without a length the reason decides.
        else coalesce(judged.is_whole_length, judged.is_completed)
    end as is_completed_loose, -- or nine tenths of its stated length; null: not known
    case
        when judged.is_outcome_known
            then judged.ms_played < {{ early_ms }} and not judged.is_completed
    end as is_skipped_early,  -- ended within half a minute, and not by itself; null: not known
from judged
inner join core.dim_listeners using (listener_id)
left join core.dim_platforms
    on judged.platform = dim_platforms.platform
