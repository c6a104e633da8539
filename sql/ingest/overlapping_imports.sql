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

-- When a file comes again it knows its own rows: only its first import tells of others.
first_imports as (

    select
        *,
    from raw.imports
    window of_file as (partition by sha256, listener_id order by import_id)
    qualify row_number() over of_file = 1

)

select
    first_imports.file,
from first_imports
cross join taken
where
    first_imports.rows_known > 0
    and first_imports.import_id > taken.first_import_id
    and first_imports.sha256 != taken.sha256
    and list_contains($formats, first_imports.format)
    and not list_contains(cast($coming as varchar[]), first_imports.sha256)
    and (
        $listener_id is null
        or first_imports.listener_id is null
        or first_imports.listener_id = $listener_id
    )
group by first_imports.file
order by first_imports.file
