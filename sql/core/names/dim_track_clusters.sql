-- Which groups of spellings are one track: by rule, else an id of the recording, else loose keys.
--
-- Over 80 lines: rules that name, rename and chain are read together, or a chain would break.
--
-- grain: track_name_id

with

-- Dated rules, and those of one listener, are about plays: core.dim_play_aliases.
ruled as (

    select
        subject_artist_key as artist_key,
        subject_title_key as title_key,
        target_name_id,
        -- A fix of the spelling: the name stays where it is.
        subject_artist_key = target_artist_key and subject_title_key = target_title_key as is_fix,
        rule_id,
    from core.dim_rules
    where
        rule = 'alias'
        and rule_scope = 'track'
        and rule_listener_id is null
        and rule_from_date is null
        and rule_to_date is null
    window
        latest_first as (
            partition by
                subject_artist_key,
                subject_title_key,
                subject_artist_key = target_artist_key and subject_title_key = target_title_key
            order by rule_id desc
        )
    qualify row_number() over latest_first = 1

),

merged as (

    select
        dim_track_groups.*,
        -- Without an id in common a group is a track.
        coalesce(dim_track_merges.merged_group_id, dim_track_groups.group_id) as own_group_id,
        ruled.target_name_id,
    from core.dim_track_groups
    left join core.dim_track_merges using (group_id)
    left join ruled
        on
            dim_track_groups.artist_key = ruled.artist_key
            and dim_track_groups.title_key = ruled.title_key
            and not ruled.is_fix

),

-- The spellings that rules mean in the end; a fix of the spelling says it best.
meant_names as (

    select
        ruled.target_name_id as track_name_id,
        max(case when ruled.is_fix then 1 else 0 end) as fix_rank,
        max(ruled.rule_id) as rule_id,
    from ruled
    inner join merged
        on ruled.target_name_id = merged.track_name_id
    where merged.target_name_id is null
    group by ruled.target_name_id

)

-- An alias of an alias means what that one means.
select
    spelled.track_name_id,  -- a spelling of a track
    -- Where no rule speaks, its own.
    coalesce(last_meant.own_group_id, meant.own_group_id, spelled.own_group_id)
        as track_group_id,  -- equal for spellings of one track
    spelled.own_group_id,   -- the same without rules
    meant.track_name_id is not null as is_alias, -- a rule says so
    meant_names.fix_rank,   -- 1: a rule says that it is the right spelling
    meant_names.rule_id,    -- the latest rule that means it; null: none does
from merged as spelled
left join merged as meant
    on spelled.target_name_id = meant.track_name_id
left join merged as last_meant
    on meant.target_name_id = last_meant.track_name_id
left join meant_names
    on spelled.track_name_id = meant_names.track_name_id
