-- How many records of a listener there are, how many of them are plays, and how many count.
select
    count(*) as records,
    count(fct_plays.listener_id) as plays,
    count(*) filter (where fct_plays.is_counted) as counted_plays,
from raw.listeners
inner join raw.plays using (listener_id)
left join core.fct_plays
    on
        plays.listener_id = fct_plays.listener_id
        and plays.source = fct_plays.source
        and plays.played_at = fct_plays.reported_at
        and plays.track_name_id = fct_plays.track_name_id
        and plays.ordinal = fct_plays.ordinal
where listeners.listener = $listener
