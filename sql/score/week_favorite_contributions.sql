-- What each feature adds to the log-odds of the ten best candidates of every predicted week.
--
-- The intercept is a row too, so a candidate's contributions sum to its score. $run_id: the run.

with

best as (

    select
        run_id,
        model,
        listener_id,
        week_ending,
        cutoff_policy,
        track_id,
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
    from ml.predictions
    inner join marts.training_week_favorite
        using (listener_id, week_ending, cutoff_policy, track_id)
    where run_id = $run_id and rank <= 10

),

known as (

    select
        run_id,
        model,
        listener_id,
        cutoff_policy,
        feature,
        list(level) as levels,
    from ml.parameters
    where run_id = $run_id
    group by run_id, model, listener_id, cutoff_policy, feature

),

matched as (

    select
        best.*,
        -- A level that training did not see counts as (other), as in the score.
        case
            when list_contains(levels, text) then text
            when text is not null then '(other)'
        end as matched_level,
    from best
    inner join known using (run_id, model, listener_id, cutoff_policy, feature)

)

select
    run_id,
    predictor,
    model,
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    feature,
    matched_level as level,
    value,
    sum(coefficient / scale * (case
        when parameters.level is not null then cast(parameters.level = matched_level as double)
        when isfinite(value) then value
        else impute
    end - center)) as contribution,
from matched
inner join ml.parameters using (run_id, model, listener_id, cutoff_policy, feature)
group by
    run_id, predictor, model, listener_id, week_ending, cutoff_policy, track_id, feature,
    matched_level, value
