-- The largest coefficients of one model of one run, by size.
--
-- $run_id, $predictor, $model, $cutoff_policy, $listener_id.

select
    feature,
    level,
    coefficient,
    center is null as is_within_week,
    transform,
    count(*) over whole_model as coefficients_count,
from ml.parameters
where
    run_id = $run_id
    and predictor = $predictor
    and model = $model
    and cutoff_policy = $cutoff_policy
    and (listener_id = $listener_id or listener_id is null)
    and feature not like '(%)'
window
    whole_model as ()
order by abs(coefficient) desc, feature, level
limit 10
