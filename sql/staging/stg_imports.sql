-- The receipt of every imported file.
--
-- grain: import_id

select
    import_id,
    imported_at,
    listener_id,
    format,
    file,
    rows_read,
    rows_kept,
    rows_known,
    rows_rejected,
from raw.imports
