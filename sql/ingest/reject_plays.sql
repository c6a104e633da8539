-- Rules that a play must meet before it gets names; what the reader gave up keeps its reason.
update temp.incoming
set
    reason = case
        when artist is null then 'no artist'
        when track is null then 'no track'
        when played_at is null then 'no time'
        -- Last.fm began with Audioscrobbler, in the autumn of 2002.
        when played_at < timestamp '2002-10-01' then 'time before 2002'
        else 'time in the future'
    end,
    record = concat_ws(', ', artist, album, track, played_at),
where
    reason is null
    and (
        artist is null
        or track is null
        or played_at is null
        or played_at < timestamp '2002-10-01'
        or played_at > $latest
    )
