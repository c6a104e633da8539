-- Plays as the sources reported them, up to the instant of the build.
--
-- grain: listener_id, source, played_at, track_name_id, ordinal

select
    listener_id,
    source,          -- service the record comes from
    played_at,       -- UTC; when the play started, or ended where time_kind says so
    track_name_id,
    ordinal,         -- 0, 1, … among equal plays with the same source and time
    album_name_id,
    time_kind,       -- start, end or unknown
    time_precision,  -- second or minute
    track_mbid,
    artist_mbid,
from raw.plays
where played_at < (select as_of from raw.settings)
