-- Which track each spelling means: by rule, else an id of the recording, else loose keys.
--
-- Over 80 lines: a work is found from the titles of the tracks that are found here.
--
-- grain: track_name_id
-- audit: match_method in ('same name', 'loose name', 'id', 'rule')
-- audit: track_id <= track_name_id

with

-- "Orsa feat. Vind" and "Orsa" are two artists, but their songs of one title are one work: the
-- first artist's, where that has songs alone.
lead_artists as (

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

numbered as (

    select
        dim_track_groups.*,
        dim_track_clusters.track_group_id,
        dim_track_clusters.own_group_id,
        dim_track_clusters.is_alias,
        min(dim_track_groups.track_name_id) over of_track as track_id,
        first_value(dim_track_groups.title_key) over of_group as group_title_key,
        row_number() over first_seen_first = 1 as is_first,
        row_number() over shown_first = 1 as is_shown,
        max(dim_track_clusters.rule_id) over of_track is not null as is_ruled,
    from core.dim_track_groups
    inner join core.dim_track_clusters using (track_name_id)
    left join core.fct_spelling_plays using (track_name_id)
    window
        of_track as (partition by dim_track_clusters.track_group_id),
        of_group as (
            partition by dim_track_groups.group_id
            order by dim_track_groups.track_name_id
        ),
        -- Whose song it is may not depend on what is heard later: without a rule the first
        -- spelling seen says it.
        first_seen_first as (
            partition by dim_track_clusters.track_group_id
            order by
                dim_track_clusters.fix_rank desc nulls last,
                dim_track_clusters.rule_id desc nulls last,
                dim_track_groups.track_name_id
        ),
        -- What is shown may: the spelling that the first listener has most; of equals the shortest,
        -- which has no marks for marks.
        shown_first as (
            partition by dim_track_clusters.track_group_id
            order by
                dim_track_clusters.fix_rank desc nulls last,
                dim_track_clusters.rule_id desc nulls last,
                fct_spelling_plays.records_count desc nulls last,
                length(dim_track_groups.title),
                dim_track_groups.title,
                dim_track_groups.track_name_id
        )

),

-- The first says whose track it is: an alias moves a song to the artist that is meant.
shown as (

    select
        numbered.track_group_id,
        numbered.artist_id,
        -- Without guests, or where the first artist has no song alone, the artist as it is.
        coalesce(lead_artists.lead_artist_id, numbered.artist_id) as lead_artist_id,
    from numbered
    left join lead_artists using (artist_id)
    where numbered.is_first

),

-- Every title of a track names its work: an id may give one recording two titles.
titled as (

    select
        numbered.*,
        shown.artist_id as shown_artist_id,
        shown.lead_artist_id,
        -- A title without a work key is a work of its own.
        coalesce(numbered.title_work_key, numbered.title_key) as work_title,
        min(numbered.track_id) over of_title as title_work_id,
    from numbered
    inner join shown using (track_group_id)
    window
        of_title as (
            partition by
                shown.lead_artist_id,
                coalesce(numbered.title_work_key, numbered.title_key)
        )

),

linked as (

    select
        *,
        min(title_work_id) over of_recording as linked_work_id,
    from titled
    window of_recording as (partition by track_id)

),

-- And what is linked by one title is linked to all that its other titles are.
relinked as (

    select
        *,
        min(linked_work_id) over of_work_title as relinked_work_id,
    from linked
    window of_work_title as (partition by lead_artist_id, work_title)

)

select
    track_name_id,
    -- The smallest spelling of its cluster.
    track_id,                           -- the track's integer
    artist_name_id,
    shown_artist_id as artist_id,
    artist_name,
    title as track_name,                -- the title to show, else a spelling of it
    artist_key,
    title_key as track_key,             -- strict key of the title
    artist_loose_key,
    title_loose_key as track_loose_key, -- strict key without accents, punctuation
    title_work_key as work_key,         -- loose key without version suffix
    -- Two steps from title to title make what is meant one.
    min(relinked_work_id) over of_spellings as work_id, -- smallest track of the work
    is_shown,                           -- the spelling that stands for the track
    is_ruled,                           -- a rule says which spelling that is
    case
        when is_alias then 'rule'
        when group_id != own_group_id then 'id'
        when title_key = group_title_key then 'same name'
        else 'loose name'
    end as match_method,                -- why it is one with the first spelling
from relinked
window of_spellings as (partition by track_id)
