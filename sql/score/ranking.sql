-- All scored candidates of one listener's week, best first rank, with what they are called.
--
-- share is the probability as a part of the week's sum, so a week's shares sum to 1.
-- $listener_id, $week_ending, $cutoff_policy.

select
    predictions.run_id,
    predictions.label_kind,
    predictions.cutoff_at,
    predictions.rank,
    predictions.track_id,
    dim_tracks.artist_name,
    dim_tracks.track_name,
    predictions.score,
    predictions.probability,
    predictions.probability / sum(predictions.probability) over in_week as share,
    coalesce(fct_week_labels.track_id = predictions.track_id, false) as is_label, -- no label: no
from ml.predictions
inner join core.dim_tracks using (track_id)
left join core.fct_week_labels
    on
        predictions.listener_id = fct_week_labels.listener_id
        and predictions.week_ending = fct_week_labels.week_ending
        and predictions.label_kind = fct_week_labels.label_kind
where
    predictions.predictor = 'week_favorite'
    and predictions.listener_id = $listener_id
    and predictions.week_ending = $week_ending
    and predictions.cutoff_policy = $cutoff_policy
window
    in_week as (partition by predictions.model)
