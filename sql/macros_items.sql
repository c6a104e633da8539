{# What a listener heard in a period, of tracks, works, albums and artists; each with its place.

   `period` is the column's name and `of_day` what it is of core.fct_daily_items; `meaning` and
   `one` are for the comments. #}
{% macro heard_items(period, of_day, meaning, one) -%}
with

dated as (

    select
        listener_id,
        {{ of_day }} as {{ period }},
        item_kind,
        item_id,
        plays,
        ms_played,
        unknown_length_plays,
        is_discovery,
    from core.fct_daily_items

),

counted as (

    select
        listener_id,
        {{ period }},
        item_kind,
        item_id,
        cast(sum(plays) as bigint) as plays,
        cast(sum(ms_played) as bigint) as ms_played,
        cast(sum(unknown_length_plays) as bigint) as unknown_length_plays,
        count(*) as heard_days,
        bool_or(is_discovery) as is_discovery,
    from dated
    group by listener_id, {{ period }}, item_kind, item_id

)

select
    counted.listener_id,
    counted.{{ period }},               -- {{ meaning }}
    counted.item_kind,
    counted.item_id,
    dim_listeners.listener,
    dim_listeners.artist_credits,       -- first, or all: of an artist, which credits count
    dim_items.artist_name,
    dim_items.item_name,
    counted.plays,
    counted.ms_played,
    counted.unknown_length_plays,
    counted.heard_days,                 -- days with a play
    counted.is_discovery,               -- first heard in this {{ one }}
    rank() over most_played_first
        as plays_rank,                  -- 1: most plays; equal ones share a place
from counted
inner join core.dim_listeners using (listener_id)
inner join core.dim_items using (item_kind, item_id)
window
    most_played_first as (
        partition by counted.listener_id, counted.{{ period }}, counted.item_kind
        order by counted.plays desc
    )
{%- endmacro %}
