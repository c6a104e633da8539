-- A row if the build has a pick that was removed since.
select
    fct_picks.track_name_id,
from core.fct_picks
anti join raw.picks
    on
        fct_picks.listener_id = picks.listener_id
        and fct_picks.picked_at = picks.picked_at
        and fct_picks.track_name_id = picks.track_name_id
        and (
            picks.week_ending is null
            or picks.week_ending between fct_picks.week_ending - 6 and fct_picks.week_ending
        )
anti join raw.playlist_items
    on
        fct_picks.listener_id = playlist_items.listener_id
        and fct_picks.picked_at = playlist_items.added_at
        and fct_picks.track_name_id = playlist_items.track_name_id
limit 1
