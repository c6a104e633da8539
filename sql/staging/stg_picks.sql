-- Songs named as favourite of a week, up to the instant of the build.
--
-- grain: listener_id, picked_at, track_name_id, pick_number

select
    listener_id,                                      -- the listener's integer
    picked_at,                                        -- UTC; when the listener named the song
    track_name_id,                                    -- a spelling of a track
    row_number() over by_week as pick_number,         -- 1, 2, … if named for several weeks
    week_ending as stated_week_ending,                -- the week the listener said, if any
    max(spotify_track_id) as picked_spotify_track_id, -- Spotify id of the pick, if known
    max(recording_mbid) as picked_recording_mbid,    -- MusicBrainz id of it, likewise
    max(isrc) as picked_isrc,                  -- ISRC of it, likewise
from raw.picks
where picked_at < (select as_of from raw.settings)
group by listener_id, picked_at, track_name_id, week_ending
window
    by_week as (
        partition by listener_id, picked_at, track_name_id
        order by week_ending nulls last, track_name_id
    )
