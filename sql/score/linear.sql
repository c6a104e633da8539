-- What each feature adds to the score of every row of temp.rows_to_score, by a stored linear model.
--
-- A row of temp.parameters_to_use adds coefficient * (t(x) - center) / scale, where t is its
-- transform and x of a text's level is 1 or 0. Where it has no center and scale of its own they are
-- the mean and the deviation of the row's group, and a value that is not known is that mean.

with

inputs as (

    select
        rows_to_score.row_number,
        rows_to_score.group_number,
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
    from temp.rows_to_score
    inner join {{ mart }} using ({{ entity | join(', ') }})

),

known as (

    select
        feature,
        list(level) as levels,
    from temp.parameters_to_use
    group by feature

),

matched as (

    select
        inputs.*,
        -- A level that training did not see counts as (other).
        case
            when list_contains(levels, text) then text
            when text is not null then '(other)'
        end as matched_level,
    from inputs
    inner join known using (feature)

),

transformed as (

    select
        matched.*,
        parameters_to_use.* exclude (feature),
        case
            when level is not null then cast(level = matched_level as double)
            when not isfinite(value) or value is null then impute
            when transform = 'log1p' then sign(value) * ln(1e0 + abs(value))
            else value
        end as x,
    from matched
    inner join temp.parameters_to_use using (feature)

),

standardised as (

    select
        row_number,
        feature,
        matched_level,
        value,
        coefficient,
        (x - center) / scale as z,
    from transformed
    where center is not null
    union all
    select
        row_number,
        feature,
        matched_level,
        value,
        coefficient,
        -- Candidates that are all equal have no deviation.
        case
            when stddev_pop(x) over in_group > 1e-12
                then (x - avg(x) over in_group) / stddev_pop(x) over in_group
        end as z,
    from transformed
    where center is null
    window
        -- In one order, so that no other group changes the last bit.
        in_group as (
            partition by group_number, feature
            order by row_number
            range between unbounded preceding and unbounded following
        )

)

select
    row_number,
    feature,
    matched_level as level,
    value,
    -- Without a value or a deviation it is as the average candidate, which has 0.
    sum(coefficient * coalesce(z, 0e0)) as contribution,
from standardised
group by row_number, feature, matched_level, value
