-- The receipt of a file.
insert into raw.imports by name
select
    $import_id as import_id,
    $now as imported_at,
    $listener_id as listener_id,
    $format as format,
    $file as file,
    $sha256 as sha256,
    $bytes as bytes,
    $rows_read as rows_read,
    $rows_kept as rows_kept,
    $rows_known as rows_known,
    $rows_rejected as rows_rejected,
    $note as note,
    $reading as reading,
    $last_at as last_at,
