-- Rows about nobody, and rows that say nothing; what the reader gave up keeps its reason.
update temp.incoming
set
    reason = if(artist is null, 'no artist', 'nothing said of it'),
where
    reason is null
    and (
        artist is null
        or line not in (select line from temp.named)
    )
