-- A spelling that no import brought, because a rule means it.
insert into raw.names by name
select
    $name_id as name_id,
    $kind as kind,
    $artist_name as artist_name,
    $title as title,
    $artist_key as artist_key,
    $title_key as title_key,
    $artist_loose_key as artist_loose_key,
    $title_loose_key as title_loose_key,
    $title_work_key as title_work_key,
    $key_version as key_version,
