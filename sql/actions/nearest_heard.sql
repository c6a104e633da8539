-- The songs of a listener most like a name, also where artist and title change places.
--
-- $listener, and the loose keys $artist and $track.
with

heard as (

    select distinct
        plays.track_name_id as name_id,
    from raw.plays
    inner join raw.listeners using (listener_id)
    where listeners.listener = $listener

)

select
    arg_min(names.artist_name, names.name_id) as artist,
    arg_min(names.title, names.name_id) as track,
from heard
inner join raw.names using (name_id)
group by names.artist_loose_key, names.title_loose_key
order by
    greatest(
        jaro_winkler_similarity(names.artist_loose_key, $artist)
        + jaro_winkler_similarity(names.title_loose_key, $track),
        jaro_winkler_similarity(names.artist_loose_key, $track)
        + jaro_winkler_similarity(names.title_loose_key, $artist)
    ) desc,
    names.artist_loose_key,
    names.title_loose_key
limit 3
