-- What a listener heard each month: tracks, works, albums and artists, each kind by itself.
--
-- As marts.daily_plays, with the place of each. Name one item_kind, or every play is there four
-- times.
--
-- grain: listener_id, month_start_date, item_kind, item_id
-- audit: plays_rank >= 1

{% from 'macros_items.sql' import heard_items %}

{% set month = "cast(date_trunc('month', local_date) as date)" %}

{{ heard_items('month_start_date', month, 'first day of the month', 'month') }}
