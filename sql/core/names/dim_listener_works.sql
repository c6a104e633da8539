-- The track that stands for each work in the charts of a listener: the version they play most.
--
-- Only of listeners whose charts are by work.
--
-- grain: listener_id, track_id

with

charted as (

    select
        fct_plays.listener_id,
        fct_plays.track_id,
        count(*) as plays,
    from core.fct_plays
    inner join core.dim_listeners using (listener_id)
    where fct_plays.is_in_charts and dim_listeners.charts_by = 'work'
    group by fct_plays.listener_id, fct_plays.track_id

),

works as (

    select
        track_id,
        min(work_id) as work_id,
    from core.dim_track_aliases
    group by track_id

)

select
    charted.listener_id,
    charted.track_id,
    first_value(charted.track_id) over most_played_first
        as work_track_id,  -- the version to show for all of the work
from charted
left join works using (track_id)
window
    most_played_first as (
        -- Another song of the same spelling is a work of its own.
        partition by charted.listener_id, coalesce(works.work_id, charted.track_id)
        order by charted.plays desc, charted.track_id
    )
