-- The audience of an artist each time a source stated it.
--
-- grain: artist_id, fetched_at

select
    dim_artist_aliases.artist_id,
    stg_artist_stats.fetched_at,
    max(stg_artist_stats.audience_count) as audience_count, -- people who ever played the artist
from staging.stg_artist_stats
inner join core.dim_artist_aliases using (artist_name_id)
where
    stg_artist_stats.audience_count is not null
    -- The running week's cut-off may lie after the instant of the build.
    and stg_artist_stats.fetched_at < (select as_of from staging.stg_settings)
group by dim_artist_aliases.artist_id, stg_artist_stats.fetched_at
