-- Songs put on a playlist of favourites, but for those that a pick of the same day names already.
--
-- grain: listener_id, picked_at, track_name_id

select
    stg_playlist_items.listener_id,
    stg_playlist_items.added_at as picked_at,
    stg_playlist_items.track_name_id,
    max(stg_playlist_items.playlist_spotify_track_id) as picked_spotify_track_id,
from staging.stg_playlist_items
inner join core.dim_playlists using (listener_id, source, playlist)
inner join core.dim_track_aliases using (track_name_id)
where
    dim_playlists.is_favorites
    and stg_playlist_items.added_at is not null
    and not exists (
        from staging.stg_picks
        inner join core.dim_track_aliases as picked_aliases
            on stg_picks.track_name_id = picked_aliases.track_name_id
        where
            stg_picks.listener_id = stg_playlist_items.listener_id
            and picked_aliases.track_id = dim_track_aliases.track_id
            and cast(stg_picks.picked_at as date) = cast(stg_playlist_items.added_at as date)
    )
group by
    stg_playlist_items.listener_id,
    stg_playlist_items.added_at,
    stg_playlist_items.track_name_id
