-- Every pick of a listener with its words and the kind of file it came from. $listener.
select distinct
    picks.rowid as row_number,
    picks.picked_at,
    picks.week_ending,
    names.artist_name as artist,
    names.title as track,
    imports.format,
from raw.picks
inner join raw.listeners using (listener_id)
inner join raw.names
    on picks.track_name_id = names.name_id
left join raw.imports
    on picks.import_id = imports.import_id
where listeners.listener = $listener
order by picks.picked_at, picks.rowid
