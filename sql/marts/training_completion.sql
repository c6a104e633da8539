-- Every play of a song with what was known before it, and how it ended.
--
-- grain: listener_id, play_number

{% from 'macros.sql' import weekday %}

{% set grain = 'listener_id, play_number' %}

with

-- Times and lengths of the play itself serve the task post_play only: see the names.
plays as (

    -- The key by which features are joined comes first, where Spark puts it.
    select
        fct_outcomes.play_id,
        fct_outcomes.listener_id,
        fct_outcomes.play_number,
        fct_outcomes.source,
        fct_outcomes.reported_at,
        fct_outcomes.track_name_id,
        fct_outcomes.ordinal,
        fct_outcomes.track_id,
        fct_outcomes.artist_id,
        fct_outcomes.album_id,
        fct_outcomes.ended_at,
        fct_session_plays.session_number,
        fct_session_attribution.is_primary,
        fct_outcomes.is_completed,
        fct_outcomes.is_completed_loose,
        fct_outcomes.is_skipped_early,
        fct_outcomes.ms_played as post_ms_played,       -- how long it played
        fct_outcomes.reason_end as post_reason_end,     -- why it ended
        fct_outcomes.is_skipped as post_is_skipped,     -- as the source says
        fct_session_plays.session_position_plays as post_session_position_plays, -- before it there
        extract(hour from fct_outcomes.local_at) as post_start_hour,    -- 0 to 23, local
        {{ weekday('cast(fct_outcomes.local_at as date)') }}
            as post_start_weekday,                      -- 0 = Sunday … 6 = Saturday, local
        extract(month from fct_outcomes.local_at) as post_start_month,  -- 1 to 12, local
    from core.fct_outcomes
    inner join core.fct_session_plays using (play_id)
    inner join core.fct_session_attribution
        on
            fct_outcomes.listener_id = fct_session_attribution.listener_id
            and fct_session_plays.session_number = fct_session_attribution.session_number

)

select
    plays.*,
    {% for feature in models('features', grain) %}
    {{ feature.table }}.* exclude ({{ grain }}, play_id),
    {% endfor %}
from plays
{% for feature in models('features', grain) %}
inner join {{ feature.name }} using (play_id)
{% endfor %}
