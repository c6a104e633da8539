-- What a listener heard each week: tracks, works, albums and artists, each kind by itself.
--
-- As marts.daily_plays, with the place of each. Name one item_kind, or every play is there four
-- times.
--
-- grain: listener_id, week_ending, item_kind, item_id
-- audit: plays_rank >= 1

with

counted as (

    select
        listener_id,
        week_ending,
        item_kind,
        item_id,
        cast(sum(plays) as bigint) as plays,
        cast(sum(ms_played) as bigint) as ms_played,
        cast(sum(unknown_length_plays) as bigint) as unknown_length_plays,
        count(*) as heard_days,
        bool_or(is_discovery) as is_discovery,
    from core.fct_daily_items
    group by listener_id, week_ending, item_kind, item_id

)

select
    counted.listener_id,
    counted.week_ending,                -- date on which the week ends
    counted.item_kind,
    counted.item_id,
    dim_listeners.listener,
    dim_items.artist_name,
    dim_items.item_name,
    counted.plays,
    counted.ms_played,
    counted.unknown_length_plays,
    counted.heard_days,                 -- days with a play
    counted.is_discovery,               -- first heard in this week
    rank() over most_played_first
        as plays_rank,                  -- 1: most plays; equal ones share a place
from counted
inner join core.dim_listeners using (listener_id)
inner join core.dim_items using (item_kind, item_id)
window
    most_played_first as (
        partition by counted.listener_id, counted.week_ending, counted.item_kind
        order by counted.plays desc
    )
