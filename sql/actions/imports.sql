-- Every import with its listener, the oldest first.
select
    imports.import_id,
    imports.imported_at,
    imports.file,
    imports.format,
    imports.listener_id,
    listeners.listener,
    imports.rows_read,
    imports.rows_kept,
    imports.rows_known,
    imports.rows_rejected,
    imports.note,
    imports.reading,
    imports.sha256,
from raw.imports
left join raw.listeners using (listener_id)
order by imports.import_id
