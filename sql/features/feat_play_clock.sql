-- When the play before ended by the listener's clock, and how far apart the last two ended.
--
-- grain:  listener_id, play_number
-- cutoff: play_number
-- audit:  previous_end_hour between 0 and 23 and previous_end_weekday between 0 and 6

{% from 'macros.sql' import days_between, weekday %}

with

with_history as (

    -- No time of the play itself: from stamp and length follows its start, and a start long after
    -- the play before says that the play was paused (BENCHMARKS 3).
    select
        listener_id,
        play_number,
        play_id,
        lag(ended_local_at) over by_play as previous_ended_local_at,
        lag(ended_at) over by_play as previous_ended_at,
        lag(ended_at, 2) over by_play as one_before_ended_at,
        lag(ended_at, 10) over by_play as ten_before_ended_at,
    from core.fct_outcomes
    window
        by_play as (
            partition by listener_id
            order by play_number
        )

)

select
    listener_id,
    play_number,
    play_id,
    extract(hour from previous_ended_local_at) as previous_end_hour,    -- 0 to 23
    {{ weekday('cast(previous_ended_local_at as date)') }}
        as previous_end_weekday,                                        -- 0 = Sunday … 6 = Saturday
    extract(month from previous_ended_local_at) as previous_end_month,  -- 1 to 12
    {{ days_between('one_before_ended_at', 'previous_ended_at') }}
        as previous_gap_days,     -- days between the ends of the last two plays
    {{ days_between('ten_before_ended_at', 'previous_ended_at') }}
        as previous_10_gap_days,  -- … of the last play and the ninth before it
from with_history
