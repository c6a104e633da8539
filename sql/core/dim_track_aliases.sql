-- Which track each spelling means: equal strict keys of artist and title are one track.
--
-- grain: track_name_id

select
    stg_names.name_id as track_name_id,              -- a spelling of a track
    min(stg_names.name_id) over by_keys as track_id, -- the track's integer, smallest of its cluster
    dim_artist_aliases.artist_name_id,
    dim_artist_aliases.artist_id,
    stg_names.artist_name,
    stg_names.title as track_name,                   -- the title to show, else a spelling of it
    stg_names.artist_key,
    stg_names.title_key as track_key,                -- strict key of the title
    stg_names.artist_loose_key,
    stg_names.title_loose_key as track_loose_key,    -- strict key without accents, punctuation
    stg_names.title_work_key as work_key,            -- loose key without version suffix
from staging.stg_names
inner join core.dim_artist_aliases using (artist_name)
where stg_names.kind = 'track'
window
    by_keys as (partition by stg_names.artist_key, stg_names.title_key)
