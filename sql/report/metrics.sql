-- The stored metrics of weeks that models did not learn from: the latest run of each split.
--
-- A null listener_id is all listeners together. $predictor, $task, $target, $listener_id,
-- $cutoff_policy, $label_kind; the last three may be null.

with

latest_runs as (

    select
        split,
        cohort,
        listener_id is null as is_pooled,
        max(run_id) as run_id,
    from ml.metrics
    where
        predictor = $predictor
        and (listener_id = $listener_id or listener_id is null)
        and task = $task
        and target = $target
        and cutoff_policy is not distinct from $cutoff_policy
        and label_kind is not distinct from $label_kind
        and split in ('test', 'rolling')
    group by split, cohort, listener_id is null

)

select
    latest_runs.is_pooled,
    metrics.cohort,
    metrics.split,
    metrics.model,
    metrics.is_default,
    metrics.metric,
    metrics.value,
    metrics.n,
    metrics.low,
    metrics.high,
from ml.metrics
inner join latest_runs using (split, cohort, run_id)
where
    latest_runs.is_pooled = (metrics.listener_id is null)
    and (metrics.listener_id = $listener_id or metrics.listener_id is null)
    and metrics.predictor = $predictor
    and metrics.task = $task
    and metrics.target = $target
    and metrics.cutoff_policy is not distinct from $cutoff_policy
    and metrics.label_kind is not distinct from $label_kind
order by
    latest_runs.is_pooled,
    metrics.cohort,
    metrics.split desc,
    metrics.is_default desc,
    metrics.rowid
