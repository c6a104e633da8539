-- Rows of a log without lengths that are there twice at one stamp: a page that was fetched twice,
-- or a scrobble that was sent twice. The queue of a player that was offline keeps its repeats.
--
-- Over 80 lines: what is around a stamp is counted beside what is at it.
--
-- grain: play_id
-- audit: kept_play_id != play_id

with

logged as (

    select
        play_id,
        listener_id,
        source,
        reported_at,
        date_trunc('minute', reported_at) as reported_minute,
        track_name_id,
        track_id,
        ordinal,
        time_precision,
    from core.fct_reported_plays
    where ms_played is null and content_type = 'track'

),

repeated as (

    select
        *,
    from logged
    where ordinal > 0

),

-- A queue may begin in one minute and end in the next.
minutes as (

    select
        listener_id,
        source,
        reported_at,
        reported_minute,
    from repeated
    group by listener_id, source, reported_at, reported_minute
    union all
    select
        listener_id,
        source,
        reported_at,
        reported_minute - interval '1 minute' as reported_minute,
    from repeated
    where time_precision = 'second'
    group by listener_id, source, reported_at, reported_minute
    union all
    select
        listener_id,
        source,
        reported_at,
        reported_minute + interval '1 minute' as reported_minute,
    from repeated
    where time_precision = 'second'
    group by listener_id, source, reported_at, reported_minute

),

around as (

    select
        minutes.listener_id,
        minutes.source,
        minutes.reported_at,
        logged.track_name_id,
        logged.reported_at as other_reported_at,
        count(*) as copies,
    from minutes
    inner join logged using (listener_id, source, reported_minute)
    where
        logged.reported_at
        between minutes.reported_at - interval '30 seconds'
        and minutes.reported_at + interval '30 seconds'
    group by
        minutes.listener_id,
        minutes.source,
        minutes.reported_at,
        logged.track_name_id,
        logged.reported_at

),

crowds as (

    select
        listener_id,
        source,
        reported_at,
        sum(copies) as around_rows,
        count(*) as different_rows,
        count(*) filter (where copies > 1) as doubled_rows,
        min(copies) as least_copies,
    from around
    group by listener_id, source, reported_at

),

counted as (

    select
        repeated.*,
        dim_tracks.duration_ms,
        crowds.around_rows,
        -- Much of the queue is there so often: its page was fetched again, not each song heard so.
        case
            when crowds.different_rows = 1 then 1
            when crowds.least_copies > 1 then crowds.least_copies
            when crowds.doubled_rows >= 2 and crowds.doubled_rows * 2 >= crowds.different_rows
                then 2
            -- A page may end within the queue.
            when crowds.doubled_rows >= 3 and crowds.doubled_rows * 3 >= crowds.different_rows
                then 2
            else 1
        end as tellings,
        count(*) over at_stamp + 1 as copies,
    from repeated
    inner join crowds using (listener_id, source, reported_at)
    inner join core.dim_tracks using (track_id)
    window
        at_stamp as (
            partition by
                repeated.listener_id,
                repeated.source,
                repeated.reported_at,
                repeated.track_name_id
        )

)

select
    counted.play_id,
    logged.play_id as kept_play_id, -- the first of the equal rows
from counted
inner join logged using (listener_id, source, reported_at, track_name_id)
where
    logged.ordinal = 0
    and (
        (
            counted.around_rows < 5
            -- A minute holds a song of half a minute twice; of unknown length it is longer.
            and not (
                counted.time_precision = 'minute' and coalesce(counted.duration_ms <= 30000, false)
            )
        )
        or counted.ordinal >= greatest(counted.copies // nullif(counted.tellings, 0), 1)
    )
