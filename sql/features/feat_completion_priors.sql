-- How often earlier plays of the same track, artist, … were completed, drawn to the usual rate.
--
-- grain:  listener_id, play_number
-- cutoff: play_number
-- audit:  prior_track_completion_rate between 0 and 1
-- audit:  prior_track_plays <= prior_artist_plays

{% from 'macros.sql' import ratio %}

-- Few plays say little: as if this many more had gone as usual.
{% set smoothing = '8e0' %}
{% set keys = {
    'track': ['track_id'], 'artist': ['artist_id'], 'album': ['album_id'],
    'platform': ['platform_family'],
    'country': ['country'],
    'reason_start': ['reason_start'],
    'track_reason_start': ['track_id', 'reason_start'],
    'artist_reason_start': ['artist_id', 'reason_start'],
} %}

with

with_history as (

    -- What is not said (an album, a country) is a group like any other.
    select
        listener_id,
        play_number,
        play_id,
        count(is_completed) over before_play as known_of_all,
        sum(cast(is_completed as integer)) over before_play as completed_of_all,
        {% for name in keys %}
        row_number() over by_{{ name }} - 1 as plays_of_{{ name }},
        count(is_completed) over before_by_{{ name }} as known_of_{{ name }},
        -- No play before: none that was completed.
        coalesce(sum(cast(is_completed as integer)) over before_by_{{ name }}, 0)
            as completed_of_{{ name }},
        {% endfor %}
    from core.fct_outcomes
    window
        {% for name, columns in keys.items() %}
        by_{{ name }} as (
            partition by listener_id, {{ columns | join(', ') }}
            order by play_number
        ),
        before_by_{{ name }} as (
            partition by listener_id, {{ columns | join(', ') }}
            order by play_number
            rows between unbounded preceding and 1 preceding
        ),
        {% endfor %}
        before_play as (
            partition by listener_id
            order by play_number
            rows between unbounded preceding and 1 preceding
        )

),

with_usual_rate as (

    select
        *,
        {{ ratio('completed_of_all', 'known_of_all') }} as usual_rate,
    from with_history

)

select
    listener_id,
    play_number,
    play_id,
    {% for name in keys %}
    plays_of_{{ name }} as prior_{{ name }}_plays, -- earlier plays with the same {{ name }}
    {{ ratio(
        'completed_of_%s + %s * usual_rate' % (name, smoothing),
        '%s + known_of_%s' % (smoothing, name)
    ) }} as prior_{{ name }}_completion_rate, -- completed of these, drawn to the usual rate
    {% endfor %}
from with_usual_rate
