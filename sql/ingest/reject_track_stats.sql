-- Statements about no track.
update temp.incoming
set
    reason = case
        when artist is null then 'no artist'
        else 'no track'
    end,
where
    reason is null
    and (
        artist is null
        or track is null
    )
