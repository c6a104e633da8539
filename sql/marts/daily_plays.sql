-- What a listener heard each day: tracks, works, albums and artists, each kind by itself.
--
-- A work is all tracks of one title by one artist: the album's, the live one, the remaster. Only
-- plays that count are here. Name one item_kind, or every play is there four times.
--
-- grain: listener_id, local_date, item_kind, item_id

select
    fct_daily_items.listener_id,
    fct_daily_items.local_date,
    fct_daily_items.item_kind,
    fct_daily_items.item_id,
    fct_daily_items.week_ending,
    dim_listeners.listener,
    dim_items.artist_name,
    dim_items.item_name,
    fct_daily_items.plays,
    fct_daily_items.ms_played,
    fct_daily_items.unknown_length_plays,
    fct_daily_items.is_discovery,
from core.fct_daily_items
inner join core.dim_listeners using (listener_id)
inner join core.dim_items using (item_kind, item_id)
