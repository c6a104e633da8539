-- An error that is of no time, or of one that the clock of a device made up.
update temp.incoming
set
    reason = case
        when occurred_at is null then 'no time'
        when occurred_at < timestamp '2002-10-01' then 'time before 2002'
        else 'time in the future'
    end,
    record = coalesce(record, concat_ws(', ', event_type, occurred_at)),
where
    reason is null
    and (
        occurred_at is null
        or occurred_at < timestamp '2002-10-01'
        or occurred_at > $latest
    )
