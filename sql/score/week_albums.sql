-- The album and the artist of a listener's week with most plays, and what part of it they are.
--
-- $listener_id, $week_ending.

with

songs as (

    select
        album_id as item_id,
        count(distinct track_id) as songs,
    from core.fct_plays
    where
        listener_id = $listener_id
        and week_ending = $week_ending
        and is_in_charts
        and album_id is not null
    group by album_id

)

select
    weekly_plays.item_kind,
    weekly_plays.artist_name,
    weekly_plays.item_name,
    weekly_plays.plays,
    songs.songs,
    cast(
        sum(weekly_plays.plays) filter (where weekly_plays.item_kind = 'artist') over in_week
        as bigint
    ) as week_plays,
from marts.weekly_plays
left join songs
    on
        weekly_plays.item_id = songs.item_id
        and weekly_plays.item_kind = 'album'
where
    weekly_plays.listener_id = $listener_id
    and weekly_plays.week_ending = $week_ending
    and weekly_plays.item_kind in ('album', 'artist')
window
    in_week as (partition by weekly_plays.week_ending),
    most_played_first as (
        partition by weekly_plays.item_kind
        order by weekly_plays.plays desc, songs.songs desc, weekly_plays.item_id
    )
qualify row_number() over most_played_first = 1
order by weekly_plays.item_kind
