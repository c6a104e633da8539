-- Each listener with the time zone and the weekday on which their week ends.
--
-- grain: listener_id

with

-- The listener's own rule goes before one for all, and of equals the latest.
counting_rules as (

    select
        stg_listeners.listener_id,
        stg_rules.counting,
    from staging.stg_listeners
    inner join staging.stg_rules
        on
            stg_rules.rule_listener_id is null
            or stg_listeners.listener_id = stg_rules.rule_listener_id
    where stg_rules.rule = 'count'
    window
        nearest_first as (
            partition by stg_listeners.listener_id
            order by stg_rules.rule_listener_id is null, stg_rules.rule_id desc
        )
    qualify row_number() over nearest_first = 1

)

select
    listener_id,
    listener,
    is_demo,
    time_zone,
    week_ends_on,
    decision_minute,
    labels_start_date,
    charts_by,
    artist_credits,
    -- Where nothing is said, SYSTEMS F.4.
    coalesce(counting_rules.counting, 'default') as counting,
from staging.stg_listeners
inner join staging.stg_listener_settings using (listener_id)
left join counting_rules using (listener_id)
