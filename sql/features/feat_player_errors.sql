-- How often the player failed in the day before the last play ended, where a log says so.
--
-- Over 80 lines: what is counted and whether the log could tell are one statement.
--
-- grain:  listener_id, play_number
-- cutoff: play_number
-- audit:  prev_24h_connection_error_count >= 0

{% set events = ['connection_error', 'playback_error', 'stutter', 'track_not_played',
    'playback_retry'] %}

with

previous_ends as (

    select
        listener_id,
        play_number,
        play_id,
        lag(ended_at) over by_play as previous_ended_at,
    from core.fct_outcomes
    window
        by_play as (
            partition by listener_id
            order by play_number
        )

),

logged as (

    -- The log must speak of the whole day: outside its range errors are unknown, not none.
    select
        previous_ends.play_id,
        {% for event in events %}
        count(*) filter (where fct_player_log_ranges.event_type = '{{ event }}') > 0
            as has_{{ event }}_log,
        {% endfor %}
    from previous_ends
    inner join core.fct_player_log_ranges
        on
            previous_ends.listener_id = fct_player_log_ranges.listener_id
            and previous_ends.previous_ended_at - interval '24 hours'
                >= fct_player_log_ranges.first_at
            and previous_ends.previous_ended_at <= fct_player_log_ranges.last_at
    group by previous_ends.play_id

),

moments as (

    select
        listener_id,
        play_id,
        previous_ended_at as moment_at,
        '' as event_type,
    from previous_ends
    where previous_ended_at is not null
    union all
    select
        listener_id,
        null as play_id,
        occurred_at as moment_at,
        event_type,
    from core.fct_player_errors

),

counted as (

    select
        play_id,
        {% for event in events %}
        count(*) filter (where event_type = '{{ event }}') over last_24_hours as {{ event }}s,
        {% endfor %}
    from moments
    window
        last_24_hours as (
            partition by listener_id
            order by moment_at
            range between interval '24 hours' preceding and current row
        )

)

select
    previous_ends.listener_id,
    previous_ends.play_number,
    previous_ends.play_id,
    {% for event in events %}
    case when logged.has_{{ event }}_log then counted.{{ event }}s end
        as prev_24h_{{ event }}_count, -- events of the player's log; null: it says nothing
    {% endfor %}
from previous_ends
left join logged using (play_id)
left join counted using (play_id)
