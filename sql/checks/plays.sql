-- From the records of each listener's sources to their plays.
--
-- $listener: null for all.
with

reported as (

    select
        listener_id,
        count(*) as records,
    from core.fct_reported_plays
    group by listener_id

),

dropped as (

    select
        listener_id,
        count(*) as duplicates,
    from core.fct_duplicate_plays
    group by listener_id

),

kept as (

    select
        listener_id,
        count(*) as plays,
        count(*) filter (where is_counted) as counted,
        count(*) filter (where is_in_charts) as in_charts,
        count(*) filter (where is_in_training) as in_training,
    from core.fct_plays
    group by listener_id

)

select
    dim_listeners.listener,
    -- A listener without any record has none of each.
    coalesce(reported.records, 0) as records,
    coalesce(dropped.duplicates, 0) as duplicates,
    coalesce(kept.plays, 0) as plays,
    coalesce(kept.counted, 0) as counted,
    coalesce(kept.in_charts, 0) as in_charts,
    coalesce(kept.in_training, 0) as in_training,
from core.dim_listeners
left join reported using (listener_id)
left join dropped using (listener_id)
left join kept using (listener_id)
where $listener is null or dim_listeners.listener = $listener
order by dim_listeners.listener
