-- One rank of a listener's answer in the survey; earlier answers stay as they are.
insert into raw.ratings by name
select
    $listener_id as listener_id,
    $rated_at as rated_at,
    $artist_id as artist_name_id,
    $rank as rank,
