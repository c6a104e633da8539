-- Tracks that each listener has saved.
--
-- grain: listener_id, track_id

select
    stg_library_items.listener_id,
    dim_track_aliases.track_id,
    min(stg_library_items.fetched_at) as first_fetched_at, -- UTC; first export that has it
from staging.stg_library_items
inner join core.dim_track_aliases using (track_name_id)
group by stg_library_items.listener_id, dim_track_aliases.track_id
