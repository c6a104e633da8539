-- Which tracks and artists a catalogue describes the sound of.
--
-- grain: feature_source, track_name_id, artist_name_id

select
    feature_source,                                  -- the catalogue
    coalesce(track_name_id, -1) as track_name_id,    -- -1: it is of an artist, on average
    coalesce(artist_name_id, -1) as artist_name_id,  -- -1: it is of a track
    max(fetched_at) as fetched_at,
from raw.audio_features
group by feature_source, coalesce(track_name_id, -1), coalesce(artist_name_id, -1)
