-- Which songs of playlists are new: a list has a song once for each date on which it was added. One
-- without a date says nothing new of a song that is on the list already.
create or replace temp table judged as
with

stated as (

    select
        line,
        listener_id,
        playlist,
        track_name_id,
        added_at,
        spotify_track_id,
        row_number() over equal_items as copy,
    from temp.named
    window
        equal_items as (
            partition by
                listener_id,
                playlist,
                track_name_id,
                added_at
            order by line
        )

),

stored as (

    select
        listener_id,
        playlist,
        track_name_id,
        list(added_at) as dates,
    from raw.playlist_items
    where source = $source
    group by listener_id, playlist, track_name_id

)

select
    case
        when stated.copy > 1 then 'known'
        when stored.dates is null then 'kept'
        when stated.added_at is null then 'known'
        when list_contains(stored.dates, stated.added_at) then 'known'
        else 'kept'
    end as verdict,
    stated.line,
    stated.listener_id,
    stated.playlist,
    stated.track_name_id,
    stated.added_at,
    stated.spotify_track_id,
from stated
left join stored using (listener_id, playlist, track_name_id)
