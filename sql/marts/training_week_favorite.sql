-- Every candidate of every week with all weekly features and whether it was the favourite.
--
-- grain: listener_id, week_ending, cutoff_policy, track_id

{% set grain = 'listener_id, week_ending, cutoff_policy, track_id' %}

with

candidates as (

    -- The key by which features are joined comes first, where Spark puts it.
    select
        fct_weekly_plays.candidate_id,
        fct_weekly_plays.listener_id,
        fct_weekly_plays.week_ending,
        fct_weekly_plays.cutoff_policy,
        fct_weekly_plays.track_id,
        fct_weekly_plays.cutoff_at,
        dim_weeks.is_complete as is_complete_week, -- the log reaches beyond both ends of the week
        dim_weeks.is_current as is_current_week,   -- the week that is asked about now
        -- A label that matches no row is no label of this row.
        coalesce(picks.track_id = fct_weekly_plays.track_id, false)
            as is_week_favorite,                   -- the listener named it
        coalesce(proxies.track_id = fct_weekly_plays.track_id, false)
            as is_proxy_favorite,                  -- most played in the four weeks after
    from core.fct_weekly_plays
    inner join core.dim_weeks using (listener_id, week_ending)
    left join core.fct_week_labels as picks
        on
            fct_weekly_plays.listener_id = picks.listener_id
            and fct_weekly_plays.week_ending = picks.week_ending
            and picks.label_kind = 'pick'
    left join core.fct_week_labels as proxies
        on
            fct_weekly_plays.listener_id = proxies.listener_id
            and fct_weekly_plays.week_ending = proxies.week_ending
            and proxies.label_kind = 'proxy'
    where fct_weekly_plays.plays > 0

)

select
    candidates.*,
    {% for feature in models('features', grain) %}
    {{ feature.table }}.* exclude ({{ grain }}, candidate_id),
    {% endfor %}
from candidates
{% for feature in models('features', grain) %}
inner join {{ feature.name }} using (candidate_id)
{% endfor %}
