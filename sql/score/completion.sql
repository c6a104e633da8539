-- Scores of the plays of temp.scored_plays by a stored logistic regression.
--
-- A row of ml.parameters adds coefficient * (x - center) / scale, where x of a text's level is 1
-- or 0. $run_id, $predictor and $model name the model; $task and $target what it predicts.

with

inputs as (

    select
        listener_id,
        play_number,
        unnest([
            {'feature': '(intercept)', 'value': 1e0, 'text': cast(null as varchar)},
            {% for name in numbers %}
            {'feature': '{{ name }}', 'value': cast({{ name }} as double), 'text': null},
            {% endfor %}
            {% for name in texts %}
            -- A text that is not known is a level of its own.
            {'feature': '{{ name }}', 'value': null, 'text': coalesce({{ name }}, '(missing)')},
            {% endfor %}
        ], recursive := true),
    from marts.training_completion
    semi join temp.scored_plays using (listener_id, play_number)

),

coefficients as (

    select
        listener_id,
        feature,
        level,
        coefficient,
        center,
        scale,
        impute,
        list(level) over of_feature as levels,
    from ml.parameters
    where
        run_id = $run_id
        and predictor = $predictor
        and model = $model
        and cutoff_policy = $task
    window
        of_feature as (partition by listener_id, feature)

),

matched as (

    select
        inputs.listener_id,
        inputs.play_number,
        coefficients.coefficient,
        coefficients.center,
        coefficients.scale,
        case
            when coefficients.level is null then
                case when isfinite(inputs.value) then inputs.value else coefficients.impute end
            when list_contains(coefficients.levels, inputs.text)
                then cast(coefficients.level = inputs.text as double)
            -- A level that training did not see counts as (other).
            else cast(coefficients.level = '(other)' as double)
        end as x,
    from inputs
    inner join coefficients using (listener_id, feature)

),

summed as (

    select
        listener_id,
        play_number,
        sum(coefficient * (x - center) / scale) as score,
    from matched
    group by listener_id, play_number

)

select
    $run_id as run_id,
    $predictor as predictor,
    $model as model,
    $task as task,
    $target as label_kind,
    summed.listener_id,
    scored_plays.source,
    scored_plays.reported_at,
    scored_plays.track_name_id,
    scored_plays.ordinal,
    scored_plays.track_id,
    scored_plays.split,
    summed.score,
    1e0 / (1e0 + exp(-summed.score)) as probability,
from summed
inner join temp.scored_plays using (listener_id, play_number)
