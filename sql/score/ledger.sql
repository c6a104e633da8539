-- What goes into the ledger after a run: the ten best candidates of each group that it ranked.
--
-- A prediction of a week is real while the week runs and the listener has not picked, any other
-- where its truth is not known; else it is a back-fill, entered once for what the ledger does not
-- have. $run_id, $predictor, $predicted_at.

with

timed as (

    select
        predictions.*,
        case
            when predictions.week_ending is null then predictions.split <> 'new'
            else
                dim_weeks.ends_at <= $predicted_at
                -- No pick yet: not decided.
                or coalesce(fct_week_labels.labelled_at <= $predicted_at, false)
        end as is_backfill,
    from ml.predictions
    left join core.dim_weeks using (listener_id, week_ending)
    left join core.fct_week_labels
        on
            predictions.listener_id = fct_week_labels.listener_id
            and predictions.week_ending = fct_week_labels.week_ending
            and fct_week_labels.label_kind = 'pick'
    where
        predictions.run_id = $run_id
        and predictions.predictor = $predictor
        and predictions.rank <= 10

),

known as (

    select distinct
        predictor,
        task,
        target,
        listener_id,
        week_ending,
        cutoff_policy,
        catalogue,
        true as is_known,
    from ml.ledger

)

select
    $predicted_at as predicted_at,
    timed.* exclude (label_kind, split, score),
    dim_listeners.listener,
    coalesce(dim_tracks.artist_name, dim_artists.artist_name) as artist_name, -- no track: its own
    dim_tracks.track_name,
    coalesce(dim_tracks.artist_key, dim_artists.artist_key) as artist_key,    -- likewise
    dim_tracks.track_key,
from timed
left join core.dim_listeners using (listener_id)
left join core.dim_tracks
    on timed.track_id = dim_tracks.track_id
left join core.dim_artists
    on timed.artist_id = dim_artists.artist_id
left join known
    on
        timed.predictor = known.predictor
        and timed.task = known.task
        and timed.target = known.target
        and timed.listener_id is not distinct from known.listener_id
        and timed.week_ending is not distinct from known.week_ending
        and timed.cutoff_policy is not distinct from known.cutoff_policy
        and timed.catalogue is not distinct from known.catalogue
where not timed.is_backfill or known.is_known is null
