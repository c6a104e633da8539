-- One rule.
insert into raw.rules by name
select
    $rule_id as rule_id,
    $listener_id as listener_id,
    $rule as rule,
    $scope as scope,
    $name_id as name_id,
    $target_name_id as target_name_id,
    $playlist as playlist,
    $counting as counting,
    $purpose as purpose,
    $from_date as from_date,
    $to_date as to_date,
    $now as created_at,
    $play_source as play_source,
    $play_reported_at as play_reported_at,
    $play_ordinal as play_ordinal,
