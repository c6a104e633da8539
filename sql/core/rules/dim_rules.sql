-- The rules that hold, with the names they are about.
--
-- grain: rule_id

select
    stg_rules.rule_id,
    stg_rules.rule_listener_id,
    stg_rules.rule,
    stg_rules.rule_scope,
    stg_rules.name_id as subject_name_id,       -- a spelling of it
    subjects.artist_key as subject_artist_key,  -- strict keys of what it is about
    subjects.title_key as subject_title_key,    -- null: of an artist
    stg_rules.target_name_id,
    targets.artist_key as target_artist_key,    -- strict keys of what is meant
    targets.title_key as target_title_key,      -- null: no alias, or of an artist
    stg_rules.rule_playlist,
    stg_rules.rule_purpose,
    stg_rules.rule_from_date,
    stg_rules.rule_to_date,
    stg_rules.rule_source,
    stg_rules.rule_reported_at,
    stg_rules.rule_ordinal,
from staging.stg_rules
left join staging.stg_names as subjects
    on stg_rules.name_id = subjects.name_id
left join staging.stg_names as targets
    on stg_rules.target_name_id = targets.name_id
