-- How a file was read when it was last of use to a listener.
select
    imports.reading,
from raw.imports
left join raw.listeners using (listener_id)
where
    imports.sha256 = $sha256
    and (imports.listener_id is null or listeners.listener = $listener)
    and imports.rows_kept + imports.rows_known > 0
order by imports.import_id desc
limit 1
