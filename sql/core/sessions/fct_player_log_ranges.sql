-- From when to when the log of the player speaks of a type of error, ranges that touch made one.
--
-- grain: listener_id, source, event_type, first_at
-- audit: first_at <= last_at

with

with_reach as (

    select
        listener_id,
        source,
        event_type,
        first_at,
        last_at,
        max(last_at) over before_range as reached_at,
    from staging.stg_technical_log_ranges
    window
        before_range as (
            partition by listener_id, source, event_type
            order by first_at
            range between unbounded preceding and interval '1 microsecond' preceding
        )

),

numbered as (

    select
        listener_id,
        source,
        event_type,
        first_at,
        last_at,
        -- Touching ranges are of one log; the first has none before it.
        count(*) filter (where reached_at is null or reached_at < first_at) over to_date
            as run_number,
    from with_reach
    window
        to_date as (
            partition by listener_id, source, event_type
            order by first_at
            range between unbounded preceding and current row
        )

)

select
    listener_id,
    source,
    event_type,
    min(first_at) as first_at,
    max(last_at) as last_at,
from numbered
group by listener_id, source, event_type, run_number
