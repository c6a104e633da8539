-- Spellings that a later export of the same source corrected, with the ids it stated for them.
--
-- grain: track_name_id, played_spotify_track_id, track_mbid

select distinct
    track_name_id,                       -- a spelling of a track
    -- Of a source without such ids.
    coalesce(spotify_track_id, '') as played_spotify_track_id, -- Spotify id of the play
    coalesce(track_mbid, '') as track_mbid, -- MusicBrainz id of the recording
from raw.plays
where
    superseded_by is not null
    and (spotify_track_id is not null or track_mbid is not null)
