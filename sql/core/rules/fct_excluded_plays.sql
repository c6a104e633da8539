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
    union all
{% endfor %}
    select
        fct_reported_plays.play_id,
        fct_reported_plays.listener_id,
        fct_reported_plays.local_date,
        fct_reported_plays.listener_id as excluded_listener_id,
        cast(null as date) as rule_from_date,
        cast(null as date) as rule_to_date,
        fct_ruled_plays.rule_purpose in ('charts', 'all') as is_of_charts,
        fct_ruled_plays.rule_purpose in ('training', 'all') as is_of_training,
    from core.fct_reported_plays
    inner join core.fct_ruled_plays
        on fct_reported_plays.play_id = fct_ruled_plays.ruled_play_id
    where fct_ruled_plays.rule = 'exclude'

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
