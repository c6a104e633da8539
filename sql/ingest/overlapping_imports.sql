-- Files that knew records after some imports and may have known them from there.
--
-- $imports, their $listener_id or null, names of like $formats, and what is $coming anyway.
with

taken as (

    select
        min(import_id) as first_import_id,
        any_value(sha256) as sha256,
    from raw.imports
    where list_contains($imports, import_id)

),

files as (

    select
        sha256,
        min(import_id) as first_import_id,
    from raw.imports
    group by sha256

)

select
    max_by(imports.file, imports.import_id) as file,
from raw.imports
inner join files using (sha256)
cross join taken
where
    imports.rows_known > 0
    and imports.import_id > taken.first_import_id
    and imports.sha256 != taken.sha256
    and list_contains($formats, imports.format)
    and not list_contains(cast($coming as varchar[]), imports.sha256)
    -- What was there before brought its own rows, and knows them when it comes again.
    and files.first_import_id > taken.first_import_id
    and ($listener_id is null or imports.listener_id is null or imports.listener_id = $listener_id)
group by imports.sha256
order by file
