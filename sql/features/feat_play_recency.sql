-- How long ago the track and its artist were last played, and how long it was ever listened to.
--
-- grain:  listener_id, play_number
-- cutoff: play_number
-- audit:  track_gap_plays >= 1 and artist_gap_plays <= track_gap_plays

{% from 'macros.sql' import days_between, ratio %}

with

with_history as (

    select
        listener_id,
        play_number,
        play_id,
        lag(ended_at) over by_play as previous_ended_at,
        max(play_number) over before_by_track as last_track_play_number,
        max(play_number) over before_by_artist as last_artist_play_number,
        lag(ended_at) over by_track as last_track_ended_at,
        lag(ended_at) over by_artist as last_artist_ended_at,
        max(ms_played) over before_by_track as longest_track_ms,
        lag(ms_played) over by_track as last_track_ms,
        lag(is_completed) over by_track as is_last_track_play_completed,
    from core.fct_outcomes
    window
        by_play as (
            partition by listener_id
            order by play_number
        ),
        by_track as (
            partition by listener_id, track_id
            order by play_number
        ),
        by_artist as (
            partition by listener_id, artist_id
            order by play_number
        ),
        before_by_track as (
            partition by listener_id, track_id
            order by play_number
            rows between unbounded preceding and 1 preceding
        ),
        before_by_artist as (
            partition by listener_id, artist_id
            order by play_number
            rows between unbounded preceding and 1 preceding
        )

)

select
    listener_id,
    play_number,
    play_id,
    play_number - last_track_play_number as track_gap_plays,   -- plays since it was played
    play_number - last_artist_play_number as artist_gap_plays, -- … since its artist was
    -- Up to the end of the play before: the start of this one is no earlier play's.
    {{ days_between('last_track_ended_at', 'previous_ended_at') }}
        as track_gap_days,                                     -- days since it was played
    {{ days_between('last_artist_ended_at', 'previous_ended_at') }}
        as artist_gap_days,                                    -- … since its artist was
    {{ ratio('longest_track_ms', 1000) }}
        as longest_track_seconds,                              -- longest earlier play of the track
    {{ ratio('last_track_ms', 'longest_track_ms') }}
        as last_track_ratio,                                   -- its last play as part of that
    is_last_track_play_completed,                              -- its last play; null: not known
    last_track_play_number is null as is_first_track_play,     -- never played before in this log
    last_artist_play_number is null as is_first_artist_play,   -- nor anything of its artist
from with_history
