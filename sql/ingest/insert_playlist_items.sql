-- The new songs of playlists.
insert into raw.playlist_items by name
select
    listener_id,
    $source as source,
    playlist,
    track_name_id,
    added_at,
    spotify_track_id,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by line
