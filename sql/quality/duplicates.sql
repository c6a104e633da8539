-- Records dropped as duplicates and those kept for them, by reason and pair of services.
--
-- $listener: null for all.
select
    dim_listeners.listener,
    duplicate_plays.reason,
    duplicate_plays.source as dropped_from,
    duplicate_plays.kept_source as kept_from,
    count(*) as dropped,
    count(distinct (
        duplicate_plays.kept_reported_at,
        duplicate_plays.kept_track_name_id,
        duplicate_plays.kept_ordinal
    )) as kept,
from core.duplicate_plays
inner join core.dim_listeners using (listener_id)
where $listener is null or dim_listeners.listener = $listener
group by
    dim_listeners.listener,
    duplicate_plays.reason,
    duplicate_plays.source,
    duplicate_plays.kept_source
order by
    dim_listeners.listener,
    duplicate_plays.reason,
    duplicate_plays.source,
    duplicate_plays.kept_source
