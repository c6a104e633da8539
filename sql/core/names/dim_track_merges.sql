-- Groups of spellings that an id of the recording makes one track; others stay as they are.
--
-- Over 80 lines: SQL without recursion spells its three steps out.
--
-- grain: group_id
-- audit: merged_group_id <= group_id

{% from 'macros.sql' import bare_name, is_alike %}

with

-- A MusicBrainz id counts within one artist only: Last.fm often states a wrong one.
links as (

    select distinct
        dim_track_groups.group_id,
        fct_stated_ids.id_type,
        fct_stated_ids.recording_id,
        case when fct_stated_ids.id_type = 'mbid' then dim_track_groups.artist_id end
            as of_artist_id,
        -- A title without a loose key is only marks.
        coalesce(dim_track_groups.title_work_key, dim_track_groups.title_key) as work_title,
        {{ bare_name('coalesce(dim_track_groups.title_loose_key, dim_track_groups.title_key)') }}
            as bare_title,
    from core.fct_stated_ids
    inner join core.dim_track_groups using (track_name_id)
    where not dim_track_groups.is_separate

),

-- An id that many titles claim names none of them.
trusted as (

    select
        links.*,
        min(group_id) over of_id as id_group_id,
    from links
    window
        of_id as (partition by id_type, recording_id, of_artist_id)
    qualify count(*) over of_id between 2 and 8

),

neighbours as (

    select distinct
        claiming.group_id,
        other.group_id as other_group_id,
    from trusted as claiming
    inner join trusted as other using (id_type, recording_id, id_group_id)
    -- Titles that are not alike are two songs, or two languages: nobody says which.
    where
        claiming.work_title = other.work_title
        or {{ is_alike('claiming.bare_title', 'other.bare_title') }}

),

-- The smallest group that shares an id, that shares one with such a group, and so on.
within_one_step as (

    select
        group_id,
        min(other_group_id) as nearest_group_id,
    from neighbours
    group by group_id

),

within_two_steps as (

    select
        neighbours.group_id,
        min(within_one_step.nearest_group_id) as nearest_group_id,
    from neighbours
    inner join within_one_step
        on neighbours.other_group_id = within_one_step.group_id
    group by neighbours.group_id

),

within_three_steps as (

    select
        neighbours.group_id,
        min(within_two_steps.nearest_group_id) as nearest_group_id,
    from neighbours
    inner join within_two_steps
        on neighbours.other_group_id = within_two_steps.group_id
    group by neighbours.group_id

)

-- Twice three steps: longer chains of ids through different titles stay two tracks.
select
    claiming.group_id,
    meant.nearest_group_id as merged_group_id,  -- the smallest group with an id in common
from within_three_steps as claiming
inner join within_three_steps as meant
    on claiming.nearest_group_id = meant.group_id
