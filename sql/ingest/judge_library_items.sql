-- Which saved songs are new. A song without an id says nothing new of one that is there already.
create or replace temp table judged as
with

stated as (

    select
        line,
        listener_id,
        track_name_id,
        spotify_track_id,
        row_number() over equal_items as copy,
    from temp.named
    window
        equal_items as (
            partition by
                listener_id,
                track_name_id,
                spotify_track_id
            order by line
        )

),

stored as (

    select
        listener_id,
        track_name_id,
        list(spotify_track_id) as spotify_track_ids,
    from raw.library_items
    where source = $source
    group by listener_id, track_name_id

)

select
    case
        when stated.copy > 1 then 'known'
        when stored.spotify_track_ids is null then 'kept'
        when stated.spotify_track_id is null then 'known'
        when list_contains(stored.spotify_track_ids, stated.spotify_track_id) then 'known'
        else 'kept'
    end as verdict,
    stated.line,
    stated.listener_id,
    stated.track_name_id,
    stated.spotify_track_id,
from stated
left join stored using (listener_id, track_name_id)
