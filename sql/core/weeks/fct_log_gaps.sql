-- Stretches of two weeks or more without a play: a holiday, or a hole in the log.
--
-- grain: listener_id, gap_starts_at
-- audit: gap_days >= 14

{% from 'macros.sql' import days_between %}

with

steps as (

    select
        listener_id,
        lag(played_at) over by_listener as gap_starts_at,
        played_at as gap_ends_at,
    from core.fct_plays
    window
        by_listener as (
            partition by listener_id
            order by played_at, track_name_id, source, reported_at, ordinal
        )

)

select
    listener_id,
    gap_starts_at,                                                 -- UTC; last play before
    gap_ends_at,                                                   -- UTC; first play after
    {{ days_between('gap_starts_at', 'gap_ends_at') }} as gap_days, -- days without a play
from steps
where {{ days_between('gap_starts_at', 'gap_ends_at') }} >= 14
