-- A table as lastfm-to-csv writes it: temp.lastfm_records has its four columns as texts. Python's
-- reader (lastfm.py) means the same; a time that is not plainly one is kept as a text in 'record',
-- and then that reader has to look.
with

timed as (

    select
        *,
        case
            when regexp_full_match(clock, '\d\d [A-Za-z]{3} [12]\d{3},? \d\d:\d\d')
                then try_strptime(replace(clock, ',', ''), '%d %b %Y %H:%M')
        end as minute,
    from temp.lastfm_records

)

select
    line,
    -- Most names begin and end with a plain letter or mark; the others are looked at closely.
    case
        when artist between '!' and '~' and right(artist, 1) between '!' and '~' then artist
        when trim(artist, $unseen) != '' then trim(artist, $blanks)
    end as artist,
    case
        when album between '!' and '~' and right(album, 1) between '!' and '~' then album
        when trim(album, $unseen) != '' then trim(album, $blanks)
    end as album,
    case
        when track between '!' and '~' and right(track, 1) between '!' and '~' then track
        when trim(track, $unseen) != '' then trim(track, $blanks)
    end as track,
    minute as played_at,
    if(minute is null, null, 'minute') as time_precision,
    if(minute is null, clock, null) as record,
from timed
