-- Songs named as favourite of a week, up to the instant of the build.
--
-- grain: listener_id, picked_at, track_name_id, stated_week_ending

select
    listener_id,
    picked_at,                                        -- UTC; when the listener named the song
    track_name_id,
    week_ending as stated_week_ending,                -- the week the listener said, if any
    max(spotify_track_id) as picked_spotify_track_id, -- Spotify id of the pick, if known
from raw.picks
where picked_at < (select as_of from raw.settings)
group by listener_id, picked_at, track_name_id, week_ending
