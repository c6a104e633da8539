-- How many records of which file were not kept, and why.
--
-- grain: import_id, reason

select
    stg_rejects.import_id,
    stg_rejects.reason,
    stg_imports.imported_at,
    stg_imports.listener_id,  -- whose the file is; null: a file of several, or of nobody
    stg_imports.file,
    stg_rejects.records_count,
    stg_rejects.first_line,
from staging.stg_rejects
inner join staging.stg_imports using (import_id)
