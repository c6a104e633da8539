-- Songs put on a playlist while it looked like favourites, or before it was seen to be such a list.
--
-- grain: listener_id, picked_at, track_name_id

with

-- A pick that names the song on the same day says more of when it was made.
named_days as (

    select distinct
        stg_picks.listener_id,
        dim_track_aliases.track_id,
        cast(stg_picks.picked_at as date) as named_date,
    from staging.stg_picks
    inner join core.dim_track_aliases using (track_name_id)

),

listed as (

    select
        stg_playlist_items.listener_id,
        stg_playlist_items.added_at,
        stg_playlist_items.track_name_id,
        dim_track_aliases.track_id,
        stg_playlist_items.playlist_spotify_track_id,
        fct_playlist_growth.known_at,
        dim_playlists.is_favorites,
    from staging.stg_playlist_items
    inner join core.fct_playlist_growth using (listener_id, source, playlist, added_at)
    inner join core.dim_playlists using (listener_id, source, playlist)
    inner join core.dim_track_aliases using (track_name_id)
    where fct_playlist_growth.known_at is not null

)

select
    listed.listener_id,
    listed.added_at as picked_at,    -- UTC; when the song was put on the list
    listed.track_name_id,
    max(listed.playlist_spotify_track_id)
        as picked_spotify_track_id,  -- Spotify id of the item, if known
    min(listed.known_at) as known_at, -- UTC; when it could first be told that this is a pick
    -- What a list turned out to be, or another pick of that day, is for the label of the week;
    -- what was known of it earlier is not undone by it.
    bool_or(listed.is_favorites) and max(named_days.named_date) is null
        as is_for_labels,            -- may be the pick of its week; false: it is a past pick only
from listed
left join named_days
    on
        listed.listener_id = named_days.listener_id
        and listed.track_id = named_days.track_id
        and cast(listed.added_at as date) = named_days.named_date
group by listed.listener_id, listed.added_at, listed.track_name_id
