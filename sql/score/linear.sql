-- The score of every row of temp.rows_to_score by a stored linear model, with what each term adds.
--
-- A row of temp.parameters_to_use is a term: it adds coefficient * (t(x) - center) / scale, where
-- t is its transform and x of a text's level is 1 or 0. Where it has no center and scale of its
-- own they are the mean and the deviation of the row's group, and a value that is not known is
-- that mean. One column a term: a row a term costs four times as much. A score is the sum of the
-- terms in the order of their names, divided, where the model has temperatures, by what its group's
-- first row makes of them (learning.encoding.temperatures).

with

model as (

    select
        {% for term in terms %}
        any_value({
            'coefficient': coefficient,
            'center': center,
            'scale': scale,
            'impute': impute,
            'is_log': transform is not null,
        }) filter (
            where feature = '{{ term.feature }}' and level is not distinct from {{ term.level }}
        ) as {{ term.name }},
        {% endfor %}
        -- Without them nothing is divided.
        coalesce(any_value(coefficient) filter (where feature = '(temperature)'), 0e0)
            as temperature_level,
        coalesce(any_value(coefficient) filter (where feature = '(temperature by share)'), 0e0)
            as temperature_by_share,
        {% for feature in texts %}
        list(level) filter (where feature = '{{ feature }}') as {{ feature }}_levels,
        {% endfor %}
    from temp.parameters_to_use

),

transformed as (

    select
        rows_to_score.row_number,
        rows_to_score.group_number,
        {% for term in terms if not term.is_text %}
        cast({{ term.value }} as double) as {{ term.name }}_value,
        case
            when {{ term.value }} is null or not isfinite(cast({{ term.value }} as double))
                then {{ term.name }}.impute
            when {{ term.name }}.is_log
                then sign(cast({{ term.value }} as double))
                    * ln(1e0 + abs(cast({{ term.value }} as double)))
            else cast({{ term.value }} as double)
        end as {{ term.name }}_x,
        {% endfor %}
        {% for feature in texts %}
        -- A text that training did not see is (other).
        case
            -- A text that is not known is a level of its own.
            when list_contains({{ feature }}_levels, coalesce({{ feature }}, '(missing)'))
                then coalesce({{ feature }}, '(missing)')
            else '(other)'
        end as {{ feature }}_level,
        {% endfor %}
    from temp.rows_to_score
    inner join {{ mart }} using ({{ entity | join(', ') }})
    cross join model

),

in_their_group as (

    select
        *,
        {% for term in terms if term.is_of_group %}
        avg({{ term.x }}) over in_group as {{ term.name }}_mean,
        stddev_pop({{ term.x }}) over in_group as {{ term.name }}_deviation,
        {% endfor %}
    from transformed
    window
        -- In one order, so that no other group changes the last bit.
        in_group as (
            partition by group_number
            order by row_number
            range between unbounded preceding and unbounded following
        )

),

added as (

    select
        in_their_group.*,
        {% for term in terms if not term.is_of_group %}
        -- Without a value it is as the average row, which has 0.
        {{ term.name }}.coefficient
        -- Nothing stated is the average row.
        * coalesce(({{ term.x }} - {{ term.name }}.center) / {{ term.name }}.scale, 0e0)
            as {{ term.name }}_added,
        {% endfor %}
        {% for term in terms if term.is_of_group %}
        -- Without a value it is as the average row, which has 0; rows that are all equal have no
        -- deviation.
        {{ term.name }}.coefficient
        -- Nothing stated, or all equal, is the average row.
        * coalesce(
            ({{ term.x }} - {{ term.name }}_mean)
            / case when {{ term.name }}_deviation > 1e-12 then {{ term.name }}_deviation end,
            0e0
        ) as {{ term.name }}_added,
        {% endfor %}
        temperature_level,
        temperature_by_share,
    from in_their_group
    cross join model

),

summed as (

    select
        *,
        {{ features | map(attribute='sum') | join('\n        + ') }} as score,
    from added

),

against_first as (

    select
        *,
        exp(score - max(score) over in_group) as times_first,
    from summed
    window
        in_group as (partition by group_number)

),

tempered as (

    -- The share of the first of a softmax is 1 / this sum.
    select
        *,
        exp(temperature_level - temperature_by_share * ln(sum(times_first) over in_group))
            as temperature,
    from against_first
    window
        in_group as (
            partition by group_number
            order by row_number
            range between unbounded preceding and unbounded following
        )

)

select
    row_number,
    {% for term in terms %}
    {{ term.name }}_added / temperature as {{ term.name }}_added,
    {% endfor %}
    {% for term in terms if not term.is_text %}
    {{ term.name }}_value,
    {% endfor %}
    {% for feature in texts %}
    {{ feature }}_level,
    {% endfor %}
    score / temperature as score,
from tempered
