-- Tags that say nothing of how music sounds, and why.
--
-- grain: tag

select
    tag,     -- as people write it
    reason,  -- why it is left out
from {{ seed('stop_tags') }}
