-- One row per play, with its track, the day and week it falls in, and what it counts for.
--
-- Over 80 lines: all that a play is and counts for, column by column.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal
-- audit: week_ending >= local_date
-- audit: is_counted or not (is_in_charts or is_in_training)

{% from 'macros.sql' import counting_rules, counts_by, to_local, week_ending, week_number %}

with

-- A play began when the first of its records says so: one of a later record, or of a coarser clock,
-- neither moves it to another week nor past a cut-off.
earliest_records as (

    select
        kept_play_id as play_id,
        min(played_at) as first_at,
    from core.fct_duplicate_plays
    group by kept_play_id

),

-- What a service tells in several records is as long as all of them, and ends as the last.
whole_plays as (

    select
        kept_play_id as play_id,
        max(whole_ms_played) as whole_ms_played,
        max(last_reason_end) as last_reason_end,
        bool_or(is_last_skipped) as is_last_skipped,
        bool_or(has_further) as has_further,
    from core.fct_told_again
    group by kept_play_id

),

-- What the listener says of one play goes before all that a source says; of two the latest.
fixed_plays as (

    select
        ruled_play_id as play_id,
        ruled_track_id,
        ruled_artist_id,
    from core.fct_ruled_plays
    where rule = 'fix' and ruled_track_id is not null
    window
        latest_first as (
            partition by ruled_play_id
            order by rule_id desc
        )
    qualify row_number() over latest_first = 1

),

named as (

    select
        fct_reported_plays.* exclude (track_id, artist_id),
        -- Most plays are what their source says.
        coalesce(fixed_plays.ruled_track_id, fct_reported_plays.track_id) as track_id,
        coalesce(fixed_plays.ruled_artist_id, fct_reported_plays.artist_id) as artist_id,
    from core.fct_reported_plays
    left join fixed_plays using (play_id)

),

known as (

    select
        named.* exclude (ms_played, reason_end, is_skipped),
        -- Most plays are told once.
        coalesce(whole_plays.whole_ms_played, named.ms_played) as ms_played,
        case when whole_plays.has_further then whole_plays.last_reason_end
            else named.reason_end
        end as reason_end,
        case when whole_plays.has_further then whole_plays.is_last_skipped
            else named.is_skipped
        end as is_skipped,
        dim_tracks.duration_ms,
        dim_listeners.counting,
        dim_listeners.week_ends_on,
        dim_listeners.time_zone,
        -- Most plays have one record.
        coalesce(earliest_records.first_at < named.played_at, false) as is_earlier,
        earliest_records.first_at,
    from named
    inner join core.dim_listeners using (listener_id)
    inner join core.dim_tracks using (track_id)
    left join earliest_records using (play_id)
    left join whole_plays using (play_id)
    anti join core.fct_duplicate_plays
        on named.play_id = fct_duplicate_plays.play_id

),

dated as (

    select
        * exclude (played_at, local_at),
        case when is_earlier then first_at else played_at end as played_at,
        case when is_earlier then {{ to_local('first_at', 'time_zone') }} else local_at end
            as local_at,
        content_type = 'track' and case counting
            {% for rule in counting_rules if rule != 'default' -%}
            when '{{ rule }}' then {{ counts_by(rule) }}
            {% endfor -%}
            else {{ counts_by('default') }}
        end as is_counted,
    from known

),

counted as (

    select
        * exclude (local_date),
        cast(local_at as date) as local_date,
        {{ week_ending('cast(local_at as date)', 'week_ends_on') }} as week_ending,
    from dated

)

select
    counted.listener_id,
    counted.source,
    counted.reported_at,
    counted.track_name_id,
    counted.ordinal,
    counted.play_id,
    counted.played_at,                                 -- UTC; when the first of its records began
    counted.track_id,
    counted.artist_id,
    counted.album_id,
    counted.time_precision,
    counted.time_source,
    counted.content_type,
    counted.ms_played,
    counted.is_skipped,
    counted.reason_start,
    counted.reason_end,
    counted.platform,
    counted.country,
    counted.is_shuffle,
    counted.is_offline,
    counted.is_private,
    counted.is_counted,                                -- a song, and a play by the listener's rule
    -- Most plays are excluded by no rule.
    counted.is_counted and not coalesce(fct_excluded_plays.is_out_of_charts, false)
        as is_in_charts,                               -- counted, and not kept out of charts
    counted.is_counted and not coalesce(fct_excluded_plays.is_out_of_training, false)
        as is_in_training,                             -- … of features and training
    counted.local_at,
    counted.local_date,                                -- day of the listener
    counted.week_ending,                               -- date on which the listener's week ends
    {{ week_number('counted.week_ending') }} as week_number, -- counts the weeks without a hole
from counted
left join core.fct_excluded_plays using (play_id)
