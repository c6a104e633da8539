-- Records that were read and not kept, counted by file and reason.
--
-- grain: import_id, reason

select
    import_id,                  -- the integer of the imported file
    reason,                     -- why the records were not kept
    count(*) as records_count,  -- how many records
    min(line) as first_line,    -- line or index of the first of them
from raw.rejects
group by import_id, reason
