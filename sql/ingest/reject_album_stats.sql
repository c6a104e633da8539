-- Numbers that are of no album; a collection may have no artist.
update temp.incoming
set
    reason = 'no album',
where
    reason is null
    and album is null
