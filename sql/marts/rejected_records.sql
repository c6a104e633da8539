-- Records that no import could use, by file and reason.
--
-- grain: import_id, reason

select
    import_id,
    reason,
    imported_at,
    file,
    records_count,
    first_line,
from core.fct_rejects
