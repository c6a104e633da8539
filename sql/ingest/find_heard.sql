-- A row if the listener has played the song, or another version of it.
select
    names.name_id,
from raw.names
inner join raw.plays on names.name_id = plays.track_name_id
inner join raw.listeners using (listener_id)
where
    listeners.listener = $listener
    and names.kind = 'track'
    and names.artist_loose_key = $artist
    and names.title_work_key = $work
limit 1
