-- The accepted plays of a file with integers for names; from here on no text is compared.
create or replace temp table named as
with

tracks as (

    select
        name_id as track_name_id,
        artist_name as artist,
        title as track,
    from raw.names
    where kind = 'track' and key_version = $key_version

),

albums as (

    select
        name_id as album_name_id,
        artist_name as artist,
        title as album,
    from raw.names
    where kind = 'album' and key_version = $key_version

)

select
    listeners.listener_id,
    tracks.track_name_id,
    albums.album_name_id,
    incoming.played_at,
    incoming.time_precision,
    incoming.track_mbid,
    incoming.artist_mbid,
    incoming.payload,
    incoming.line,
from temp.incoming
inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
inner join tracks using (artist, track)
left join albums using (artist, album)
where incoming.reason is null
