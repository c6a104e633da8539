-- Spellings of tracks that equal loose keys make one, before ids and rules are asked.
--
-- grain: track_name_id

with

-- Kept apart by rule: only equal strict keys are one.
separate as (

    select distinct
        subject_artist_key as artist_key,
        subject_title_key as title_key,
        true as is_separate,
    from core.dim_rules
    where
        rule = 'separate'
        and rule_scope = 'track'
        and rule_listener_id is null
        and rule_from_date is null
        and rule_to_date is null

)

select
    stg_names.name_id as track_name_id,               -- a spelling of a track
    dim_artist_aliases.artist_name_id,
    dim_artist_aliases.artist_id,
    stg_names.artist_name,
    stg_names.title,
    stg_names.artist_key,
    stg_names.title_key,
    stg_names.artist_loose_key,
    stg_names.title_loose_key,
    stg_names.title_work_key,
    separate.is_separate is not null as is_separate, -- a rule keeps it from other keys
    min(stg_names.name_id) over by_title as group_id, -- smallest spelling of equal artist, title
from staging.stg_names
inner join core.dim_artist_aliases using (artist_name)
left join separate
    on stg_names.artist_key = separate.artist_key and stg_names.title_key = separate.title_key
where stg_names.kind = 'track'
window
    by_title as (
        partition by
            dim_artist_aliases.artist_id,
            -- Where a title has no loose key, and where a rule says so, its strict one.
            case
                when separate.is_separate is null
                    then coalesce(stg_names.title_loose_key, stg_names.title_key)
            end,
            case when separate.is_separate then stg_names.title_key end
    )
