-- Plays that a rule keeps out of charts or training; they stay in the history.
--
-- grain: play_id

{% set subjects = [
    ('track', 'fct_reported_plays.track_id'),
    ('album', 'fct_reported_plays.album_id'),
    ('dates', '0'),
] %}

with

-- One join a kind: with all three in one condition each play would be compared with each rule.
matched as (

{% for excluded_type, excluded_id in subjects %}
    select
        fct_reported_plays.play_id,
        fct_reported_plays.listener_id,
        fct_reported_plays.local_date,
        dim_exclusions.excluded_listener_id,
        dim_exclusions.rule_from_date,
        dim_exclusions.rule_to_date,
        dim_exclusions.is_of_charts,
        dim_exclusions.is_of_training,
    from core.fct_reported_plays
    inner join core.dim_exclusions
        on
            {{ excluded_id }} = dim_exclusions.excluded_id
            and dim_exclusions.excluded_type = '{{ excluded_type }}'
    {{ '' if loop.last else 'union all' }}
{% endfor %}

)

select
    play_id,
    bool_or(is_of_charts) as is_out_of_charts,     -- not counted in charts
    bool_or(is_of_training) as is_out_of_training, -- nor in features and training
from matched
where
    excluded_listener_id in (0, listener_id)
    and (rule_from_date is null or rule_from_date <= local_date)
    and (rule_to_date is null or rule_to_date >= local_date)
group by play_id
