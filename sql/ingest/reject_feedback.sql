-- Rules that feedback must meet; what the reader gave up keeps its reason.
update temp.incoming
set
    reason = case
        when artist is null then 'no artist'
        when track is null then 'no track'
        when given_at is null then 'no time'
        when given_at < timestamp '2002-10-01' then 'time before 2002'
        else 'time in the future'
    end,
    record = coalesce(record, concat_ws(', ', artist, track, given_at)),
where
    reason is null
    and (
        artist is null
        or track is null
        or given_at is null
        or given_at < timestamp '2002-10-01'
        or given_at > $latest
    )
