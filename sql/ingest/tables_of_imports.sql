-- The tables of raw whose rows say which import brought them, the receipts left out.
select
    columns.table_name,
from information_schema.columns
where
    columns.table_catalog = current_database()
    and columns.table_schema = 'raw'
    and columns.column_name = 'import_id'
    and columns.table_name != 'imports'
order by columns.table_name
