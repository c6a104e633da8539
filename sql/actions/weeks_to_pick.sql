-- Complete weeks without a pick, the newest first, each with its songs, the most played first.
--
-- $listener, $most (songs of a week; null: all).

with

picked as (

    select
        listener_id,
        week_ending,
    from core.fct_week_labels
    where label_kind = 'pick'

),

heard as (

    select
        fct_plays.week_ending,
        fct_plays.track_id,
        count(*) as plays,
        max(fct_plays.played_at) as last_played_at,
    from core.fct_plays
    inner join core.dim_listeners using (listener_id)
    inner join core.dim_weeks using (listener_id, week_ending)
    anti join picked using (listener_id, week_ending)
    where
        dim_listeners.listener = $listener
        and dim_weeks.is_complete
        and fct_plays.is_in_charts
    group by fct_plays.week_ending, fct_plays.track_id

)

select
    heard.week_ending,
    dim_tracks.artist_name as artist,
    dim_tracks.track_name as track,
    heard.plays,
    row_number() over most_played_first as place,
from heard
inner join core.dim_tracks using (track_id)
window
    most_played_first as (
        partition by heard.week_ending
        order by heard.plays desc, heard.last_played_at desc, heard.track_id
    )
qualify $most is null or place <= $most
order by week_ending desc, place
