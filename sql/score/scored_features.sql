-- What each feature adds to the score of every candidate of temp.predicted_weeks.
--
-- A row of ml.parameters adds coefficient * (t(x) - center) / scale, where t is its transform and
-- x of a text's level is 1 or 0. Where it has no center and scale of its own they are the mean and
-- the deviation of the week's candidates, and a value that is not known is that mean.
-- $run_id and $model name the model.

with

candidates as (

    select
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
    from temp.predicted_weeks
    inner join marts.training_week_favorite using (listener_id, week_ending, cutoff_policy)

),

known as (

    select
        listener_id,
        cutoff_policy,
        feature,
        list(level) as levels,
    from ml.parameters
    where run_id = $run_id and model = $model
    group by listener_id, cutoff_policy, feature

),

matched as (

    select
        candidates.*,
        -- A level that training did not see counts as (other).
        case
            when list_contains(levels, text) then text
            when text is not null then '(other)'
        end as matched_level,
    from candidates
    inner join known using (listener_id, cutoff_policy, feature)

),

transformed as (

    select
        matched.*,
        parameters.* exclude (listener_id, cutoff_policy, feature),
        case
            when parameters.level is not null then cast(parameters.level = matched_level as double)
            when not isfinite(value) or value is null then impute
            when transform = 'log1p' then sign(value) * ln(1e0 + abs(value))
            else value
        end as x,
    from matched
    inner join ml.parameters using (listener_id, cutoff_policy, feature)
    where run_id = $run_id and model = $model

),

standardised as (

    select
        *,
        -- No center of its own: the week's.
        x - coalesce(center, avg(x) over in_week) as distance,
        -- Candidates that are all equal have no deviation.
        case
            when scale is not null then scale
            when stddev_pop(x) over in_week > 1e-12 then stddev_pop(x) over in_week
        end as deviation,
    from transformed
    window
        -- In one order, so that no other listener changes the last bit.
        in_week as (
            partition by listener_id, week_ending, cutoff_policy, feature, level
            order by track_id
            range between unbounded preceding and unbounded following
        )

)

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    feature,
    matched_level as level,
    value,
    -- Without a value or a deviation it is as the average candidate, which has 0.
    sum(coefficient * coalesce(distance / deviation, 0e0)) as contribution,
from standardised
group by listener_id, week_ending, cutoff_policy, track_id, feature, matched_level, value
