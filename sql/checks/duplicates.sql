-- Records dropped as duplicates and those kept for them, by reason and pair of services.
--
-- $listener: null for all.
select
    dim_listeners.listener,
    fct_duplicate_plays.reason,
    fct_duplicate_plays.source as dropped_from,
    fct_duplicate_plays.kept_source as kept_from,
    count(*) as dropped,
    count(distinct (
        fct_duplicate_plays.kept_reported_at,
        fct_duplicate_plays.kept_track_name_id,
        fct_duplicate_plays.kept_ordinal
    )) as kept,
from core.fct_duplicate_plays
inner join core.dim_listeners using (listener_id)
where $listener is null or dim_listeners.listener = $listener
group by
    dim_listeners.listener,
    fct_duplicate_plays.reason,
    fct_duplicate_plays.source,
    fct_duplicate_plays.kept_source
order by
    dim_listeners.listener,
    fct_duplicate_plays.reason,
    fct_duplicate_plays.source,
    fct_duplicate_plays.kept_source
