-- What goes into the ledger after a run: the ten best candidates of each predicted week.
--
-- A prediction is real while its week runs and the listener has not picked; otherwise it is a
-- back-fill, entered once for a week that the ledger does not have. $run_id, $predicted_at.

with

timed as (

    select
        predictions.*,
        dim_weeks.ends_at <= $predicted_at
        -- No pick yet: not decided.
        or coalesce(fct_week_labels.labelled_at <= $predicted_at, false) as is_backfill,
    from ml.predictions
    inner join core.dim_weeks using (listener_id, week_ending)
    left join core.fct_week_labels
        on
            predictions.listener_id = fct_week_labels.listener_id
            and predictions.week_ending = fct_week_labels.week_ending
            and fct_week_labels.label_kind = 'pick'
    where predictions.run_id = $run_id and predictions.rank <= 10

),

known as (

    select distinct
        predictor,
        listener_id,
        week_ending,
        cutoff_policy,
        true as is_known,
    from ml.ledger

)

select
    $predicted_at as predicted_at,
    timed.run_id,
    timed.predictor,
    timed.model,
    timed.listener_id,
    dim_listeners.listener,
    timed.week_ending,
    timed.cutoff_policy,
    timed.cutoff_at,
    timed.track_id,
    dim_tracks.artist_name,
    dim_tracks.track_name,
    dim_tracks.artist_key,
    dim_tracks.track_key,
    timed.probability,
    timed.rank,
    timed.is_backfill,
from timed
inner join core.dim_listeners using (listener_id)
inner join core.dim_tracks using (track_id)
left join known using (predictor, listener_id, week_ending, cutoff_policy)
where not timed.is_backfill or known.is_known is null
