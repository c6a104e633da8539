-- Rules that a day must meet; what the reader gave up keeps its reason.
update temp.incoming
set
    reason = case
        when artist is null then 'no artist'
        when track is null then 'no track'
        when played_on is null then 'no date'
        when played_on < date '2002-10-01' then 'date before 2002'
        else 'date in the future'
    end,
    record = concat_ws(', ', artist, track, played_on),
where
    reason is null
    and (
        artist is null
        or track is null
        or played_on is null
        or played_on < date '2002-10-01'
        or played_on > $latest
    )
