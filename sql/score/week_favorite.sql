-- Scores, probabilities and ranks of the candidates of temp.predicted_weeks.
--
-- A score is the sum of what temp.scored_features says. $link: softmax judges a song within its
-- week, logit each by itself. $run_id names the run.

with

scored as (

    select
        listener_id,
        week_ending,
        cutoff_policy,
        track_id,
        -- In one order, so that equal candidates have equal scores to the last bit.
        sum(contribution order by feature) as score,
    from temp.scored_features
    group by listener_id, week_ending, cutoff_policy, track_id

),

weighed as (

    select
        *,
        exp(score - max(score) over in_week) as weight,
    from scored
    window
        in_week as (partition by listener_id, week_ending, cutoff_policy)

)

select
    $run_id as run_id,
    predicted_weeks.predictor,
    predicted_weeks.model,
    listener_id,
    week_ending,
    cutoff_policy,
    training_week_favorite.cutoff_at,
    track_id,
    predicted_weeks.split,
    predicted_weeks.label_kind,
    weighed.score,
    case
        when $link = 'softmax' then weighed.weight / sum(weighed.weight) over in_week
        else 1e0 / (1e0 + exp(-weighed.score))
    end as probability,
    row_number() over best_first as rank,
from weighed
inner join temp.predicted_weeks using (listener_id, week_ending, cutoff_policy)
inner join marts.training_week_favorite
    using (listener_id, week_ending, cutoff_policy, track_id)
window
    in_week as (
        partition by listener_id, week_ending, cutoff_policy
        order by track_id
        range between unbounded preceding and unbounded following
    ),
    best_first as (
        partition by listener_id, week_ending, cutoff_policy
        order by
            weighed.score desc,
            training_week_favorite.week_plays desc,
            track_id
    )
