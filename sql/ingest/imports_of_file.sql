-- The imports of the same bytes for a listener, or for nobody: metadata, or all of it rejected.
select
    import_id,
    reading,
from raw.imports
where sha256 = $sha256 and (listener_id is null or listener_id is not distinct from $listener_id)
order by import_id
