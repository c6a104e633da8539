-- Each playlist, how it grew, and whether its songs are favourites of a week.
--
-- grain: listener_id, source, playlist
-- audit: items_count >= 1 and weeks_count <= items_count
-- audit: not is_favorites or known_at is not null

select
    listener_id,
    source,
    playlist,
    items_count,
    weeks_count,
    span_weeks,
    is_favorites, -- named in sotw.toml; none is: it grew by about a song a week to the last one
    min(known_at) over by_playlist as known_at, -- UTC; when that could first be told; null: never
from core.fct_playlist_growth
window
    by_playlist as (partition by listener_id, source, playlist),
    latest_first as (
        partition by listener_id, source, playlist
        order by added_at desc, listener_id
    )
qualify row_number() over latest_first = 1
