-- From when to when the plays reach that the model was not fitted on. $listener_id.

select
    min(fct_outcomes.played_at) as first_played_at,
    max(fct_outcomes.ended_at) as last_ended_at,
from core.fct_outcomes
inner join ml.predictions
    using (listener_id, source, reported_at, track_name_id, ordinal)
where
    listener_id = $listener_id
    and predictions.predictor = 'completion'
    and predictions.task = 'pre_play'
    and predictions.label_kind = 'completed'
    and predictions.split = 'test'
