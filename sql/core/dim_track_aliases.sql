-- Which track each spelling means: by rule, else an id of the recording, else loose keys.
--
-- grain: track_name_id
-- audit: match_method in ('same name', 'loose name', 'id', 'rule')
-- audit: track_id <= track_name_id

with

numbered as (

    select
        dim_track_groups.*,
        dim_track_clusters.track_group_id,
        dim_track_clusters.own_group_id,
        dim_track_clusters.is_alias,
        min(dim_track_groups.track_name_id) over of_track as track_id,
        first_value(dim_track_groups.title_key) over of_group as group_title_key,
        row_number() over shown_first = 1 as is_shown,
    from core.dim_track_groups
    inner join core.dim_track_clusters using (track_name_id)
    window
        of_track as (partition by dim_track_clusters.track_group_id),
        of_group as (
            partition by dim_track_groups.group_id
            order by dim_track_groups.track_name_id
        ),
        -- Without a rule the first spelling seen: which one is played most depends on who listens.
        shown_first as (
            partition by dim_track_clusters.track_group_id
            order by
                dim_track_clusters.fix_rank desc nulls last,
                dim_track_clusters.rule_id desc nulls last,
                dim_track_groups.track_name_id
        )

),

-- "Orsa feat. Vind" and "Orsa" are two artists, but their songs of one title are one work.
leads as (

    select
        guested.artist_id,
        min(alone.artist_id) as lead_artist_id,
    from core.dim_artist_aliases as guested
    inner join core.dim_artist_aliases as alone
        on
            regexp_replace(guested.artist_loose_key, ' (feat|ft|featuring) .*$', '', 'g')
            = alone.artist_loose_key
    where
        guested.is_shown
        and regexp_matches(guested.artist_loose_key, ' (feat|ft|featuring) ')
    group by guested.artist_id

),

-- What is shown says whose track it is: an alias moves a song to the artist that is meant.
shown as (

    select
        numbered.track_group_id,
        numbered.artist_id,
        -- Without guests, or where the first artist has no song alone, the artist as it is.
        coalesce(leads.lead_artist_id, numbered.artist_id) as lead_artist_id,
        -- A title without a work key is a work of its own.
        coalesce(numbered.title_work_key, numbered.title_key) as work_title,
    from numbered
    left join leads using (artist_id)
    where numbered.is_shown

)

select
    numbered.track_name_id,
    numbered.track_id,                              -- the track's integer, smallest of its cluster
    numbered.artist_name_id,
    shown.artist_id,
    numbered.artist_name,
    numbered.title as track_name,                   -- the title to show, else a spelling of it
    numbered.artist_key,
    numbered.title_key as track_key,                -- strict key of the title
    numbered.artist_loose_key,
    numbered.title_loose_key as track_loose_key,    -- strict key without accents, punctuation
    numbered.title_work_key as work_key,            -- loose key without version suffix
    min(numbered.track_id) over of_work as work_id, -- smallest track of the first artist's work
    numbered.is_shown,
    case
        when numbered.is_alias then 'rule'
        when numbered.group_id != numbered.own_group_id then 'id'
        when numbered.title_key = numbered.group_title_key then 'same name'
        else 'loose name'
    end as match_method,
from numbered
inner join shown using (track_group_id)
window
    of_work as (partition by shown.lead_artist_id, shown.work_title)
