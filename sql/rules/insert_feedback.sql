-- One word of a listener about an artist or a song; nothing that was said before is changed.
insert into raw.feedback by name
select
    $listener_id as listener_id,
    'sotw' as source,
    $given_at as given_at,
    $name_id as track_name_id,
    $score as score,
    0 as import_id,
