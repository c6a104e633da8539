-- What each listener loves, and whether hardly anyone else hears it.
--
-- Loved is what is among the most played tenth of a listener's songs, three plays at least.
--
-- grain: listener_id, track_id
-- audit: is_hidden_gem is not null or reach_index is null

{% from 'macros.sql' import ratio %}

{% set hardly_anyone = '25e0' %}

with

heard as (

    select
        listener_id,
        track_id,
        count(*) as plays,
    from core.fct_plays
    where is_in_charts
    group by listener_id, track_id

),

placed as (

    select
        *,
        row_number() over most_played_first as loved_rank,
        count(*) over of_listener as heard_tracks,
    from heard
    window
        most_played_first as (
            partition by listener_id
            order by plays desc, track_id
        ),
        of_listener as (partition by listener_id)

),

loved as (

    select
        placed.listener_id,
        placed.track_id,
        placed.plays,
        placed.loved_rank,
        fct_track_reaches.reach_index,
        fct_track_reaches.reach_source,
        fct_track_reaches.audience_count,
        fct_track_reaches.reach_index <= {{ hardly_anyone }} as is_hidden_gem,
    from placed
    inner join core.fct_track_reaches using (track_id)
    where placed.plays >= 3 and {{ ratio('placed.loved_rank - 1', 'placed.heard_tracks') }} < 0.1e0

)

select
    loved.listener_id,
    loved.track_id,
    dim_listeners.listener,
    dim_tracks.artist_name,
    dim_tracks.track_name,
    loved.plays,           -- those that count, of all time
    loved.loved_rank,      -- 1: the listener's most played
    loved.reach_index,
    loved.reach_source,
    loved.audience_count,
    loved.is_hidden_gem,   -- hardly anyone hears it; null where nobody knows
    case when loved.is_hidden_gem then row_number() over gems_by_love end
        as gem_rank,       -- 1: the gem they play most; null: none, or not known
from loved
inner join core.dim_listeners using (listener_id)
inner join core.dim_tracks using (track_id)
window
    gems_by_love as (
        partition by loved.listener_id, loved.is_hidden_gem
        order by loved.plays desc, loved.track_id
    )
