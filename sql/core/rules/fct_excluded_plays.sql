-- Plays that a rule keeps out of charts or training; they stay in the history.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal

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
        fct_reported_plays.listener_id,
        fct_reported_plays.source,
        fct_reported_plays.reported_at,
        fct_reported_plays.track_name_id,
        fct_reported_plays.ordinal,
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
    listener_id,
    source,
    reported_at,
    track_name_id,
    ordinal,
    bool_or(is_of_charts) as is_out_of_charts,     -- not counted in charts
    bool_or(is_of_training) as is_out_of_training, -- nor in features and training
from matched
where
    excluded_listener_id in (0, listener_id)
    and (rule_from_date is null or rule_from_date <= local_date)
    and (rule_to_date is null or rule_to_date >= local_date)
group by
    listener_id,
    source,
    reported_at,
    track_name_id,
    ordinal
