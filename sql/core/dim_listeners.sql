-- Each listener with the time zone and the weekday on which their week ends.
--
-- grain: listener_id

select
    listener_id,
    listener,
    is_demo,
    time_zone,
    week_ends_on,
    decision_minute,
    labels_start_date,
from staging.stg_listeners
inner join staging.stg_listener_settings using (listener_id)
