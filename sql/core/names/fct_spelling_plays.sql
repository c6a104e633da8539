-- How often the first listener of all has each spelling of a track.
--
-- The names of tables that all listeners share are theirs, so that who comes later renames nothing
-- that is there; each listener's own are in core.dim_listener_tracks.
--
-- grain: track_name_id

with

first_listeners as (

    select
        min(listener_id) as listener_id,
    from staging.stg_listeners

)

select
    stg_plays.track_name_id,
    count(*) as records_count,  -- records of theirs that have it
from staging.stg_plays
semi join first_listeners using (listener_id)
group by stg_plays.track_name_id
