-- A listener; the id was never given before.
insert into raw.listeners by name
select
    $listener_id as listener_id,
    $listener as listener,
    $is_demo as is_demo,
    $now as created_at,
