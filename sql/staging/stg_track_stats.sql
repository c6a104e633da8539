-- Duration, release date and popularity of tracks as sources stated them over time.
--
-- grain: track_name_id, source, fetched_at, import_id, line

select
    track_name_id,
    source,
    fetched_at,
    import_id,
    coalesce(line, 0) as line,     -- 0: the source has no lines
    spotify_track_id,
    isrc,                          -- of the recording
    -- YYYY and YYYY-MM become the first day they can mean; year 0000 and other forms mean nothing.
    case
        when regexp_matches(release_date, '^[1-9][0-9]{3}$')
            then try_cast(release_date || '-01-01' as date)
        when regexp_matches(release_date, '^[1-9][0-9]{3}-[0-9]{2}$')
            then try_cast(release_date || '-01' as date)
        when regexp_matches(release_date, '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}([ T].*)?$')
            then try_cast(substr(release_date, 1, 10) as date)
    end as release_date,           -- first day the stated date can mean
    case length(release_date)
        when 4 then 'year'
        when 7 then 'month'
        else case when release_date is not null then 'day' end
    end as release_granularity,    -- year, month or day: how exact the source was
    duration_ms,                   -- null when unknown, never 0
    popularity as popularity_index, -- 0 to 100 on the source's scale
from raw.track_stats
