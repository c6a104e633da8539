-- Services whose plays repeat those of another one by whole or half hours: clocks of two zones.
--
-- Over 80 lines: the plays alone, the pairs far apart, and the distance that many have.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 5

{% from 'macros.sql' import ratio %}

with

-- What has a record of another service already is right.
alone as (

    select
        fct_reported_plays.play_id,
        fct_reported_plays.listener_id,
        fct_reported_plays.source,
        fct_reported_plays.played_at,
        fct_reported_plays.work_id,
        dim_sources.source_rank,
        count(*) over of_source as source_plays,
    from core.fct_reported_plays
    inner join core.dim_sources using (source)
    anti join core.fct_duplicate_plays
        on fct_reported_plays.play_id = fct_duplicate_plays.play_id
    anti join core.fct_duplicate_plays as kept
        on fct_reported_plays.play_id = kept.kept_play_id
    where fct_reported_plays.content_type = 'track'
    window
        of_source as (partition by fct_reported_plays.listener_id, fct_reported_plays.source)

),

apart as (

    select
        later.play_id,
        later.listener_id,
        later.source,
        later.source_plays,
        other.source as other_source,
        cast(date_diff('microsecond', other.played_at, later.played_at) as double) * 1e-6
            as seconds_later,
    from alone as later
    inner join alone as other using (listener_id, work_id)
    where
        later.source_rank > other.source_rank
        and later.played_at between other.played_at - interval '14 hours'
        and other.played_at + interval '14 hours'

),

rounded as (

    select
        *,
        round({{ ratio('seconds_later', '1800') }}) as half_hours,
    from apart

),

shifted as (

    select
        *,
        half_hours * 0.5e0 as hours_later,
    from rounded
    where half_hours != 0 and abs(seconds_later - half_hours * 1800e0) <= 120

),

counted as (

    select
        listener_id,
        source,
        other_source,
        hours_later,
        max(source_plays) as source_plays,
        count(distinct play_id) as plays,
    from shifted
    group by listener_id, source, other_source, hours_later

)

select
    listener_id,
    'clocks of two services apart' as quality_check, -- what was looked for
    source || ' beside ' || other_source || ': ' || cast(abs(hours_later) as varchar)
    || case when hours_later > 0 then ' h later' else ' h earlier' end
        as subject,       -- the thing it was found in
    plays as cases,       -- how many, in the unit that the meaning names
    {{ ratio('plays', 'source_plays') }} as cases_share, -- … of those with one record
    'plays of the first that repeat the other''s at such a distance: import its file with --zone'
        as meaning,       -- what the number counts
from counted
-- By chance a song that is heard often is so far from itself, too.
where plays >= 5 and plays * 4 >= source_plays
