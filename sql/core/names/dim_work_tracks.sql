-- The track that stands for each work: the version that most records have.
--
-- grain: track_id

with

recorded as (

    select
        dim_track_aliases.track_id,
        dim_track_aliases.work_id,
        sum(fct_spelling_plays.records_count) as records_count,
    from core.dim_track_aliases
    left join core.fct_spelling_plays using (track_name_id)
    group by dim_track_aliases.track_id, dim_track_aliases.work_id

),

standing as (

    select
        work_id,
        track_id as work_track_id,
    from recorded
    window
        most_records_first as (
            partition by work_id
            order by records_count desc nulls last, track_id
        )
    qualify row_number() over most_records_first = 1

)

select
    recorded.track_id,
    standing.work_track_id,  -- the version to show for all of the work
from recorded
inner join standing using (work_id)
union all
-- Another song of the same spelling is a work of its own.
select
    track_id,
    track_id as work_track_id,
from core.dim_namesakes
