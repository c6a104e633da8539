-- From when to when the plays reach that the model was not fitted on. $listener_id.
--
-- A play it was fitted on may end after the first of the others began: what came of it is known
-- to the model, so the time begins with its end.

select
    greatest(
        min(fct_outcomes.played_at) filter (where predictions.split = 'test'),
        -- Without such plays the others alone say when.
        coalesce(
            max(fct_outcomes.ended_at) filter (where predictions.split != 'test'),
            min(fct_outcomes.played_at)
        )
    ) as first_at,
    max(fct_outcomes.ended_at) filter (where predictions.split = 'test') as last_ended_at,
from core.fct_outcomes
inner join ml.predictions
    using (listener_id, source, reported_at, track_name_id, ordinal)
where
    listener_id = $listener_id
    and predictions.predictor = 'completion'
    and predictions.task = 'pre_play'
    and predictions.target = 'completed'
