-- Spellings that are read as another one, with the plays of each; most played first.
--
-- $listener: null for all.
select
    dim_listeners.listener,
    dim_track_aliases.artist_name || ' - ' || dim_track_aliases.track_name
        as spelling,
    dim_tracks.artist_name || ' - ' || dim_tracks.track_name as read_as,
    case
        when dim_track_aliases.match_method != 'same name'
            then 'track: ' || dim_track_aliases.match_method
        else 'artist: ' || dim_artist_aliases.match_method
    end as reason,
    cast(sum(fct_heard_names.plays) as bigint) as plays,
from core.fct_heard_names
inner join core.dim_listeners using (listener_id)
inner join core.dim_track_aliases using (track_name_id)
inner join core.dim_artist_aliases using (artist_name_id)
inner join core.dim_tracks
    on fct_heard_names.track_id = dim_tracks.track_id
where
    ($listener is null or dim_listeners.listener = $listener)
    and (
        dim_track_aliases.match_method != 'same name'
        or dim_artist_aliases.match_method != 'same name'
    )
group by
    dim_listeners.listener,
    dim_track_aliases.artist_name,
    dim_track_aliases.track_name,
    dim_tracks.artist_name,
    dim_tracks.track_name,
    dim_track_aliases.match_method,
    dim_artist_aliases.match_method
order by dim_listeners.listener, plays desc, spelling
