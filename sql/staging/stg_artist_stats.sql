-- Audience of artists as sources stated it over time.
--
-- grain: artist_name_id, source, fetched_at, import_id, line

select
    artist_name_id,
    source,
    fetched_at,                    -- UTC; when the figure became known
    import_id,
    coalesce(line, 0) as line,     -- 0: the source has no lines
    artist_mbid,
    listeners as audience_count,   -- people who ever played the artist
    playcount as audience_plays,   -- plays of all of them
    popularity as artist_popularity, -- of the artist, 0 to 100 on the source's scale
from raw.artist_stats
