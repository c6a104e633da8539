-- How the plays right before ended, and whether this one goes on with the same song or artist.
--
-- grain:  listener_id, play_number
-- cutoff: play_number
-- audit:  prev_50_completion_rate between 0 and 1
-- audit:  prior_unknown_plays <= prior_plays

{% from 'macros.sql' import ratio %}

{% set counts = [1, 3, 10, 50] %}

with

with_history as (

    -- Every play has a row, so the frames count plays; nothing of the own outcome is in them.
    select
        listener_id,
        play_number,
        play_id,
        track_id,
        artist_id,
        album_id,
        lag(track_id) over by_play as previous_track_id,
        lag(artist_id) over by_play as previous_artist_id,
        lag(album_id) over by_play as previous_album_id,
        lag(reason_end) over by_play as previous_reason_end,
        count(is_completed) over before_play as known_before,
        sum(cast(is_completed as integer)) over before_play as completed_before,
        {% for plays in counts %}
        count(is_completed) over prev_{{ plays }} as known_of_{{ plays }},
        sum(cast(is_completed as integer)) over prev_{{ plays }} as completed_of_{{ plays }},
        {% endfor %}
        count(is_skipped_early) over prev_10 as told_of_10,
        sum(cast(is_skipped_early as integer)) over prev_10 as early_of_10,
        count(is_skipped) over prev_10 as flagged_of_10,
        sum(cast(is_skipped as integer)) over prev_10 as skipped_of_10,
    from core.fct_outcomes
    window
        by_play as (
            partition by listener_id
            order by play_number
        ),
        {% for plays in counts %}
        prev_{{ plays }} as (
            partition by listener_id
            order by play_number
            rows between {{ plays }} preceding and 1 preceding
        ),
        {% endfor %}
        before_play as (
            partition by listener_id
            order by play_number
            rows between unbounded preceding and 1 preceding
        )

)

select
    listener_id,
    play_number,
    play_id,
    play_number - 1 as prior_plays,                       -- plays of songs before this one
    play_number - 1 - known_before as prior_unknown_plays, -- of these without a known outcome
    {{ ratio('completed_before', 'known_before') }}
        as prior_completion_rate,                         -- completed of all known ones before
    {% for plays in counts %}
    {{ ratio('completed_of_%s' % plays, 'known_of_%s' % plays) }}
        as prev_{{ plays }}_completion_rate,              -- completed of the known last {{ plays }}
    {% endfor %}
    {{ ratio('early_of_10', 'told_of_10') }}
        as prev_10_early_skip_rate,                       -- left within half a minute, of 10
    {{ ratio('skipped_of_10', 'flagged_of_10') }}
        as prev_10_skip_rate,                             -- skipped as the source says, of 10
    previous_reason_end,                                  -- why the play before ended
    track_id = previous_track_id as is_same_track_as_previous,    -- the song of the play before
    artist_id = previous_artist_id as is_same_artist_as_previous, -- the artist of the play before
    album_id = previous_album_id as is_same_album_as_previous,    -- the album of the play before
from with_history
