-- Audience of albums as sources stated it over time.
--
-- grain: album_name_id, source, fetched_at, import_id, line

select
    album_name_id,
    source,
    fetched_at,
    import_id,
    coalesce(line, 0) as line,     -- 0: the source has no lines
    album_mbid,
    listeners as audience_count,   -- people who ever played the album
    playcount as audience_plays,   -- plays of all of them
from raw.album_stats
