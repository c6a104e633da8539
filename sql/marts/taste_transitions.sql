-- How a listener goes from one kind of music to another within a sitting.
--
-- Of two plays that begin less than 30 minutes apart, by the main tags of their artists.
--
-- grain: listener_id, tag, next_tag
-- audit: share between 0 and 1

{% from 'macros.sql' import days_between, ratio %}

with

tagged as (

    select
        fct_plays.listener_id,
        fct_plays.played_at,
        fct_plays.play_id,
        dim_artist_main_tags.main_tag,
    from core.fct_plays
    inner join core.dim_artist_main_tags using (artist_id)
    where fct_plays.is_in_charts

),

steps as (

    select
        listener_id,
        lag(main_tag) over by_listener as tag,
        main_tag as next_tag,
        {{ days_between('lag(played_at) over by_listener', 'played_at') }} as later_days,
    from tagged
    window
        by_listener as (
            partition by listener_id
            order by played_at, play_id
        )

),

counted as (

    select
        listener_id,
        tag,
        next_tag,
        count(*) as steps_count,
    from steps
    where tag is not null and later_days * 48e0 < 1e0
    group by listener_id, tag, next_tag

)

select
    listener_id,
    tag,          -- main tag of the artist that was heard
    next_tag,     -- … and of the one after
    steps_count,  -- times that one followed the other
    {{ ratio('steps_count', 'sum(steps_count) over of_tag') }}
        as share, -- of the steps from the tag
    {{ ratio(
        'steps_count * sum(steps_count) over of_listener',
        'sum(steps_count) over of_tag * sum(steps_count) over of_next'
    ) }} as lift, -- 1: as often as by chance
from counted
window
    of_listener as (partition by listener_id),
    of_tag as (partition by listener_id, tag),
    of_next as (partition by listener_id, next_tag)
