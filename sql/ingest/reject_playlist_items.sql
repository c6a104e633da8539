-- Rules that a song of a playlist must meet; a date may be missing, as in older exports.
update temp.incoming
set
    reason = case
        when playlist is null then 'no playlist name'
        when artist is null then 'no artist'
        when track is null then 'no track'
        when added_at < timestamp '2002-10-01' then 'time before 2002'
        else 'time in the future'
    end,
    record = coalesce(record, concat_ws(', ', artist, track, added_at)),
where
    reason is null
    and (
        playlist is null
        or artist is null
        or track is null
        or added_at < timestamp '2002-10-01'
        or added_at > $latest
    )
