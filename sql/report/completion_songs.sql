-- Songs of the plays that a run did not learn from: what it said of them, and what came.
--
-- $run_id, $listener_id, $column (the outcome's), $least_plays.

with

scored as (

    select
        fct_outcomes.track_id,
        predictions.probability,
        case $column
            when 'is_completed' then fct_outcomes.is_completed
            when 'is_completed_loose' then fct_outcomes.is_completed_loose
            else fct_outcomes.is_skipped_early
        end as outcome,
    from ml.predictions
    inner join core.fct_outcomes
        using (listener_id, source, reported_at, track_name_id, ordinal)
    where
        predictions.predictor = 'completion'
        and predictions.run_id = $run_id
        and predictions.listener_id = $listener_id
        and predictions.split != 'train'
        and predictions.split != 'validation'

),

by_track as (

    select
        track_id,
        count(*) as plays,
        count(*) filter (where outcome) as outcomes,
        avg(probability) as probability,
    from scored
    group by track_id

)

select
    dim_tracks.artist_name,
    dim_tracks.track_name,
    by_track.plays,
    by_track.outcomes,
    by_track.probability,
from by_track
inner join core.dim_tracks using (track_id)
where by_track.plays >= $least_plays
order by by_track.probability desc, by_track.plays desc, by_track.track_id
