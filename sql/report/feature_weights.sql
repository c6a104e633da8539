-- How much each feature moves the scores that a run explained. $predictor, $run_id, $listener_id.

select
    feature,
    avg(abs(contribution)) as weight,
from ml.contributions
where
    predictor = $predictor
    and run_id = $run_id
    and listener_id = $listener_id
group by feature
order by weight desc, feature
