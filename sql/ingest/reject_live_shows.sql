-- Rules that a show must meet; what the reader gave up keeps its reason.
update temp.incoming
set
    reason = case
        when artist is null then 'no artist'
        when show_date is null then 'no date'
        when show_date < date '1940-01-01' then 'date before 1940'
        else 'date in the future'
    end,
    record = concat_ws(', ', artist, show_date),
where
    reason is null
    and (
        artist is null
        or show_date is null
        or show_date < date '1940-01-01'
        or show_date > $latest
    )
