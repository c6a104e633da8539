-- On which days a listener saw which artist on stage.
--
-- grain: listener_id, artist_id, show_date

{% from 'macros.sql' import to_local %}

-- Two spellings of an artist, or two lists, are one show.
select
    stg_live_shows.listener_id,
    dim_artist_aliases.artist_id,
    stg_live_shows.show_date,  -- local day of the listener
from staging.stg_live_shows
inner join core.dim_listeners using (listener_id)
inner join core.dim_artist_aliases using (artist_name_id)
cross join staging.stg_settings
-- A day that is not over at the instant of the build may hold a ticket and no show yet.
where
    stg_live_shows.show_date
    < cast({{ to_local('stg_settings.as_of', 'dim_listeners.time_zone') }} as date)
group by stg_live_shows.listener_id, dim_artist_aliases.artist_id, stg_live_shows.show_date
