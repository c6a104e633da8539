-- What sotw.toml says of each listener.
--
-- grain: listener_id

select
    listener_id,
    time_zone,          -- IANA name of the zone of the listener's days and weeks
    week_ends_on,       -- weekday that closes the week, 0 = Sunday … 6 = Saturday
    decision_minute,    -- minute of that day at which a pick is assumed when there is none
    labels_start_date,  -- weeks ending before it are not used for training
    charts_by,          -- track, or work: a remaster, a deluxe edition and a single are one row
    artist_credits,     -- first, or all: for which artists of its credits a play counts
from raw.listener_settings
