-- Tags of nobody, and tags without a word.
update temp.incoming
set
    reason = case
        when artist is null then 'no artist'
        else 'no genre'
    end,
where
    reason is null
    and (
        artist is null
        or tag_key is null
    )
