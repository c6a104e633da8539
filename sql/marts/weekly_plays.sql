-- What a listener heard each week: tracks, works, albums and artists, each kind by itself.
--
-- As marts.daily_plays, with the place of each. Name one item_kind, or every play is there four
-- times.
--
-- grain: listener_id, week_ending, item_kind, item_id
-- audit: plays_rank >= 1

{% from 'macros_items.sql' import heard_items %}

{{ heard_items('week_ending', 'week_ending', 'date on which the week ends', 'week') }}
