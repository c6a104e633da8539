-- Which artist each spelling means: by rule, else MusicBrainz id, else loose key.
--
-- Over 80 lines: rules that name, rename and chain are read together, or a chain would break.
--
-- grain: artist_name_id
-- audit: match_method in ('same name', 'loose name', 'mbid', 'rule')
-- audit: artist_id <= artist_name_id

with

-- Dated rules, and those of one listener, are about plays: core.dim_play_aliases.
ruled as (

    select
        subject_artist_key as artist_key,
        rule = 'separate' as is_separate,
        target_artist_key,
        target_name_id,
        -- A fix of the spelling: the name stays where it is.
        subject_artist_key = target_artist_key as is_fix,
        rule_id,
    from core.dim_rules
    where
        rule in ('alias', 'separate')
        and rule_scope = 'artist'
        and rule_listener_id is null
        and rule_from_date is null
        and rule_to_date is null
    window
        latest_first as (
            partition by
                subject_artist_key,
                subject_artist_key is not distinct from target_artist_key
            order by rule_id desc
        )
    qualify row_number() over latest_first = 1

),

key_clusters as (

    select
        dim_artist_clusters.artist_key,
        max(ruled.target_artist_key) filter (where not ruled.is_fix) as target_artist_key,
        case
            when bool_or(ruled.is_separate) then 'apart ' || dim_artist_clusters.artist_key
            else min(dim_artist_clusters.artist_cluster)
        end as own_cluster,
    from core.dim_artist_clusters
    left join ruled using (artist_key)
    group by dim_artist_clusters.artist_key

),

-- An alias of an alias means what that one means.
resolved as (

    select
        spelled.artist_key,
        spelled.own_cluster,
        -- Where no rule speaks, its own.
        coalesce(last_meant.own_cluster, meant.own_cluster, spelled.own_cluster) as artist_cluster,
        meant.artist_key is not null as is_alias,
    from key_clusters as spelled
    left join key_clusters as meant
        on spelled.target_artist_key = meant.artist_key
    left join key_clusters as last_meant
        on meant.target_artist_key = last_meant.artist_key

),

heard_names as (

    select
        stg_names.artist_name,
        sum(fct_spelling_plays.records_count) as records_count,
    from core.fct_spelling_plays
    inner join staging.stg_names
        on fct_spelling_plays.track_name_id = stg_names.name_id
    group by stg_names.artist_name

),

-- The spellings that rules mean in the end; a fix of the spelling says it best.
meant_names as (

    select
        ruled.target_name_id as artist_name_id,
        max(case when ruled.is_fix then 1 else 0 end) as fix_rank,
        max(ruled.rule_id) as rule_id,
    from ruled
    inner join key_clusters
        on ruled.target_artist_key = key_clusters.artist_key
    where key_clusters.target_artist_key is null
    group by ruled.target_name_id

)

select
    dim_artist_clusters.artist_name_id,            -- a spelling of an artist
    min(dim_artist_clusters.artist_name_id) over of_artist
        as artist_id,                              -- the artist's integer, smallest of its cluster
    -- A spelling here; in core.dim_artists and what reads it the name to show.
    dim_artist_clusters.artist_name,
    dim_artist_clusters.artist_key,
    dim_artist_clusters.artist_loose_key,
    row_number() over shown_first = 1 as is_shown, -- the spelling that stands for the artist
    max(meant_names.rule_id) over of_artist is not null
        as is_ruled,                               -- a rule says which spelling that is
    case
        when resolved.is_alias then 'rule'
        when dim_artist_clusters.artist_key = first_value(dim_artist_clusters.artist_key) over by_id
            then 'same name'
        when
            dim_artist_clusters.artist_loose_key
            = first_value(dim_artist_clusters.artist_loose_key) over by_id
            then 'loose name'
        else 'mbid'
    end as match_method,                           -- why it is one with the first spelling
from core.dim_artist_clusters
inner join resolved using (artist_key)
left join meant_names using (artist_name_id)
left join heard_names using (artist_name)
window
    of_artist as (partition by resolved.artist_cluster),
    by_id as (
        partition by resolved.artist_cluster, resolved.is_alias, resolved.own_cluster
        order by dim_artist_clusters.artist_name_id
    ),
    -- Without a rule the one that the first listener has most; of equals the one without marks for
    -- marks.
    shown_first as (
        partition by resolved.artist_cluster
        order by
            meant_names.fix_rank desc nulls last,
            meant_names.rule_id desc nulls last,
            heard_names.records_count desc nulls last,
            length(dim_artist_clusters.artist_name),
            dim_artist_clusters.artist_name,
            dim_artist_clusters.artist_name_id
    )
