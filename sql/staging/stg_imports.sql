-- The receipt of every imported file.
--
-- grain: import_id

select
    import_id,      -- the integer of the imported file
    imported_at,    -- UTC
    listener_id,    -- whose the file is; null: of several, or of nobody
    format,         -- what kind of export it is
    file,           -- its name
    rows_read,      -- records in it: kept, known and rejected ones
    rows_kept,      -- records that were new
    rows_known,     -- records that were there already
    rows_rejected,  -- records that could not be used
from raw.imports
