-- How good the stored predictions of plays were: of the very run and model that made them.
--
-- Another run may be later and of other plays. $listener_id.

with

predicted as (

    select distinct
        run_id,
        model,
    from ml.predictions
    where
        listener_id = $listener_id
        and predictor = 'completion'
        and task = 'pre_play'
        and target = 'completed'
        and split = 'test'

)

select
    metrics.metric,
    metrics.value,
    metrics.low,
    metrics.high,
from ml.metrics
semi join predicted using (run_id, model)
where
    metrics.listener_id = $listener_id
    and metrics.predictor = 'completion'
    and metrics.task = 'pre_play'
    and metrics.target = 'completed'
    and metrics.split = 'test'
