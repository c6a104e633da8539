-- What the imports of one listener, or of all, have read, by format, and the rejects that are kept.
--
-- $listener: null for all.
with

rejected as (

    select
        import_id,
        count(*) as records_count,
    from raw.rejects
    group by import_id

)

select
    imports.format,
    count(*) as files,
    cast(sum(imports.rows_read) as bigint) as read,
    cast(sum(imports.rows_kept) as bigint) as kept,
    cast(sum(imports.rows_known) as bigint) as known,
    cast(sum(imports.rows_rejected) as bigint) as rejected,
    -- A file of which nothing was rejected has none there.
    cast(sum(coalesce(rejected.records_count, 0)) as bigint) as rejects_stored,
from raw.imports
left join rejected using (import_id)
left join raw.listeners using (listener_id)
where $listener is null or listeners.listener = $listener or imports.listener_id is null
group by imports.format
order by imports.format
