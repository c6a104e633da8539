-- Scores the candidates of temp.predicted_weeks by stored coefficients and ranks them per week.
--
-- Each row of ml.parameters adds coefficient * (x - center) / scale, where x of a text's level is
-- 1 or 0. The constant parts are summed into base. $run_id names the run.

with

weights as (

    select
        run_id,
        model,
        listener_id,
        cutoff_policy,
        sum(
            case
                when feature = '(intercept)' then coefficient
                else -coefficient * center / scale
            end
        ) as base,
        {% for name in numbers %}
        max(coefficient / scale) filter (where feature = '{{ name }}') as weight_of_{{ name }},
        max(impute) filter (where feature = '{{ name }}') as impute_of_{{ name }},
        {% endfor %}
        {% for name in texts %}
        map_from_entries(
            list((level, coefficient / scale)) filter (where feature = '{{ name }}')
        ) as weights_of_{{ name }},
        {% endfor %}
    from ml.parameters
    where run_id = $run_id
    group by run_id, model, listener_id, cutoff_policy

),

scored as (

    select
        predicted_weeks.*,
        cutoff_at,
        track_id,
        week_plays,
        base
        {% for name in numbers %}
        + weight_of_{{ name }} * case
            when isfinite(cast({{ name }} as double)) then cast({{ name }} as double)
            else impute_of_{{ name }}
        end
        {% endfor %}
        {% for name in texts %}
        -- A level that training did not see counts as (other); 0 where a model has no such level.
        + coalesce(
            weights_of_{{ name }}[coalesce({{ name }}, '(missing)')],
            weights_of_{{ name }}['(other)'],
            0e0
        )
        {% endfor %}
        as score,
    from temp.predicted_weeks
    inner join weights using (run_id, model, listener_id, cutoff_policy)
    inner join marts.training_week_favorite using (listener_id, week_ending, cutoff_policy)

)

select
    run_id,
    predictor,
    model,
    listener_id,
    week_ending,
    cutoff_policy,
    cutoff_at,
    track_id,
    split,
    label_kind,
    score,
    1e0 / (1e0 + exp(-score)) as probability,
    row_number() over best_first as rank,
from scored
window
    best_first as (
        partition by model, listener_id, week_ending, cutoff_policy
        order by score desc, week_plays desc, track_id
    )
