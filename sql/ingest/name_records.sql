-- The accepted records of a listener's songs, each with integers for the listener and the song.
create or replace temp table named as
select
    incoming.*,
    listeners.listener_id,
    names.name_id as track_name_id,
from temp.incoming
inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
inner join raw.names
    on
        names.kind = 'track'
        and incoming.artist = names.artist_name
        and incoming.track = names.title
        and names.key_version = $key_version
where incoming.reason is null
