-- What the imports of one listener, or of all, have read, by format, and the rejects that are kept:
-- those of a file that was imported again in the same way are kept with its last import.
--
-- $listener: null for all.
with

rejected as (

    select
        import_id,
        count(*) as records_count,
    from raw.rejects
    group by import_id

),

repeated as (

    select distinct
        imports.import_id,
        true as is_repeated,
    from raw.imports
    inner join raw.imports as later
        on
            imports.sha256 = later.sha256
            and imports.reading is not distinct from later.reading
            and imports.import_id < later.import_id
    where imports.listener_id is null or imports.listener_id = later.listener_id

)

select
    imports.format,
    count(*) as files,
    cast(sum(imports.rows_read) as bigint) as read,
    cast(sum(imports.rows_kept) as bigint) as kept,
    cast(sum(imports.rows_known) as bigint) as known,
    cast(sum(imports.rows_rejected) as bigint) as rejected,
    cast(
        sum(
            case
                when rejected.records_count is not null then rejected.records_count
                -- Kept with the last import of the file.
                when repeated.is_repeated then imports.rows_rejected
                -- A file of which nothing was rejected has none there.
                else 0
            end
        )
        as bigint
    ) as rejects_stored,
from raw.imports
left join rejected using (import_id)
left join repeated using (import_id)
left join raw.listeners using (listener_id)
where $listener is null or listeners.listener = $listener or imports.listener_id is null
group by imports.format
order by imports.format
