-- Saved things that are no song.
update temp.incoming
set
    reason = case
        when artist is null then 'no artist'
        else 'no track'
    end,
    record = coalesce(record, concat_ws(', ', artist, track)),
where
    reason is null
    and (
        artist is null
        or track is null
    )
