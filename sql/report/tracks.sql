-- Every track that one listener played: how often, and what sources state of it. $listener_id.

{% from 'macros.sql' import ratio %}

with

heard as (

    select
        track_id,
        count(*) as plays,
    from core.fct_plays
    where listener_id = $listener_id and is_in_charts
    group by track_id

),

latest_popularity as (

    select
        track_id,
        popularity_index,
    from core.fct_track_popularity
    window
        latest_first as (partition by track_id order by fetched_at desc)
    qualify row_number() over latest_first = 1

)

select
    heard.track_id,
    heard.plays,
    dim_tracks.artist_id,
    dim_tracks.artist_name,
    dim_tracks.track_name,
    {{ ratio('dim_tracks.duration_ms', '1e3') }} as duration_seconds,
    dim_tracks.release_date,
    latest_popularity.popularity_index,
from heard
inner join core.dim_tracks using (track_id)
left join latest_popularity using (track_id)
