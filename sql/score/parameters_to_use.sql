-- The coefficients of one fitted model. $run_id, $predictor, $model and the key of its task.

select
    feature,
    level,
    coefficient,
    center,
    scale,
    impute,
    transform,
from ml.parameters
where
    run_id = $run_id
    and predictor = $predictor
    and model = $model
    and task = $task
    and target = $target
    and listener_id is not distinct from $listener_id
    and cutoff_policy is not distinct from $cutoff_policy
    and catalogue is not distinct from $catalogue
