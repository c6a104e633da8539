-- A play of the last build by the id that marts.plays shows, with the names of its own record.
select
    fct_plays.listener_id,
    listeners.listener,
    fct_plays.source,
    fct_plays.reported_at,
    fct_plays.track_name_id,
    fct_plays.ordinal,
    names.artist_name,
    names.title,
    names.artist_key,
    names.title_key,
from core.fct_plays
inner join raw.listeners using (listener_id)
inner join raw.names on fct_plays.track_name_id = names.name_id
where fct_plays.play_id = $play_id
order by names.key_version desc
limit 1
