-- Plays known to the minute take the second, and the ids they lack, from an export that has them.
with

touched as (

    select distinct
        listener_id,
        track_name_id,
        played_minute,
    from temp.judged
    where verdict = 'sharpens'

),

minute_plays as (

    select
        plays.rowid as play_rowid,
        plays.listener_id,
        plays.track_name_id,
        date_trunc('minute', plays.played_at) as played_minute,
        row_number() over in_minute as nth,
    from raw.plays
    semi join touched
        on
            plays.listener_id = touched.listener_id
            and plays.track_name_id = touched.track_name_id
            and date_trunc('minute', plays.played_at) = touched.played_minute
    where plays.source = $source and plays.time_precision = 'minute'
    window
        in_minute as (
            partition by
                plays.listener_id,
                plays.track_name_id,
                date_trunc('minute', plays.played_at)
            order by plays.ordinal
        )

),

matched as (

    select
        minute_plays.play_rowid,
        judged.played_at,
        judged.track_mbid,
        judged.artist_mbid,
    from minute_plays
    inner join temp.judged
        on
            minute_plays.listener_id = judged.listener_id
            and minute_plays.track_name_id = judged.track_name_id
            and minute_plays.played_minute = judged.played_minute
            and minute_plays.nth = judged.nth_new_second
    where judged.verdict = 'sharpens'

)

update raw.plays
set
    played_at = matched.played_at,
    time_precision = 'second',
    track_mbid = coalesce(plays.track_mbid, matched.track_mbid),
    artist_mbid = coalesce(plays.artist_mbid, matched.artist_mbid),
from matched
where plays.rowid = matched.play_rowid
