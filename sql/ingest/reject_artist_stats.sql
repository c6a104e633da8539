-- Numbers that are of nobody.
update temp.incoming
set
    reason = 'no artist',
where
    reason is null
    and artist is null
