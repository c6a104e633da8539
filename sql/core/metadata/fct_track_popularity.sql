-- The popularity of a track each time a source stated it.
--
-- grain: track_id, fetched_at

select
    dim_track_aliases.track_id,
    stg_track_stats.fetched_at,  -- UTC; when the figure became known
    max(stg_track_stats.popularity_index) as popularity_index, -- 0 to 100 on Spotify's scale
from staging.stg_track_stats
inner join core.dim_track_aliases using (track_name_id)
where
    stg_track_stats.popularity_index is not null
    -- The running week's cut-off may lie after the instant of the build.
    and stg_track_stats.fetched_at < (select as_of from staging.stg_settings)
group by dim_track_aliases.track_id, stg_track_stats.fetched_at
