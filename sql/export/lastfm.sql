-- The plays of a listener as the usual exports of Last.fm write them, oldest first. Only what
-- counts: the form cannot say of a play that it was short, private or of a podcast.
select
    -- A play that is known to the minute has no second to state.
    if(time_precision = 'second', epoch_us(played_at) // 1000000, null) as uts,
    strftime(played_at, '%d %b %Y, %H:%M') as utc_time,
    artist,
    artist_mbid,
    album,
    payload ->> '$.album_mbid' as album_mbid,
    track,
    track_mbid,
from temp.exported_plays
where listener = $listener and is_counted
order by played_at, artist, track, ordinal
