-- What each feature adds to the score of the ten best candidates of every predicted week.
--
-- A candidate's contributions sum to its score. $run_id: the run.

select
    predictions.run_id,
    predictions.predictor,
    predictions.model,
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    scored_features.feature,
    scored_features.level,
    scored_features.value,
    scored_features.contribution,
from temp.scored_features
inner join ml.predictions using (listener_id, week_ending, cutoff_policy, track_id)
where predictions.run_id = $run_id and predictions.rank <= 10
