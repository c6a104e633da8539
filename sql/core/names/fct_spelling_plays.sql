-- How often the records have each spelling of a track, whoever listened.
--
-- grain: track_name_id

select
    track_name_id,
    count(*) as records_count,  -- records that have it
from staging.stg_plays
group by track_name_id
