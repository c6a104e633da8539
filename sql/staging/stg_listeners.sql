-- Whose histories are in the warehouse.
--
-- grain: listener_id

select
    listener_id,  -- the listener's integer
    listener,     -- the name given at import
    is_demo,      -- a generated history, nobody's
from raw.listeners
