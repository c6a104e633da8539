-- Rows of files that were settled as one: each gets the import and the line of its own file.
update raw.plays
set
    import_id = import_id + line // $lines,
    line = line % $lines,
where import_id = $import_id;

update raw.rejects
set
    import_id = import_id + line // $lines,
    line = line % $lines,
where import_id = $import_id
