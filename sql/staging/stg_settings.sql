-- The instant and the cut-off policies of this build, one row.
--
-- grain: as_of

select
    as_of,                -- the instant of the build, UTC; nothing at or after it is seen
    has_calendar_policy,  -- features that see the week to its end are built
    has_decision_policy,  -- features that see the week up to the pick are built
from raw.settings
