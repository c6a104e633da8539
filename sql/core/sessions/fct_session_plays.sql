-- Which session each play is of: one ends where more than half an hour passes without a play.
--
-- grain: listener_id, play_number
-- audit: session_position_plays >= 0

{% set pause_minutes = 30 %}

with

steps as (

    -- From the end of the play before to the start of this one (SYSTEMS F.4): for reports and for
    -- the attribution of sessions, never for a feature, since the start tells of pauses within.
    select
        listener_id,
        play_number,
        play_id,
        date_diff('microsecond', lag(ended_at) over by_play, played_at)
            > {{ pause_minutes }} * 60000000 as is_after_pause,
    from core.fct_outcomes
    window
        by_play as (
            partition by listener_id
            order by play_number
        )

),

numbered as (

    select
        listener_id,
        play_number,
        play_id,
        1 + cast(count(*) filter (where is_after_pause) over to_date as integer) as session_number,
    from steps
    window
        to_date as (
            partition by listener_id
            order by play_number
            range between unbounded preceding and current row
        )

)

select
    listener_id,
    play_number,
    play_id,
    session_number, -- 1, 2, … per listener
    row_number() over in_session - 1 as session_position_plays, -- plays before it in its session
from numbered
window
    in_session as (
        partition by listener_id, session_number
        order by play_number
    )
