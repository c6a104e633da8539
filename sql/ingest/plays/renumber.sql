-- After plays moved within their minute: ordinals 0, 1, … again among equal ones.
with

touched as (

    select distinct
        listener_id,
        track_name_id,
        played_minute,
    from temp.judged
    where verdict = 'sharpens'

),

numbered as (

    select
        plays.rowid as play_rowid,
        row_number() over equal_plays - 1 as ordinal,
    from raw.plays
    semi join touched
        on
            plays.listener_id = touched.listener_id
            and plays.track_name_id = touched.track_name_id
            and date_trunc('minute', plays.played_at) = touched.played_minute
    where plays.source = $source
    window
        equal_plays as (
            partition by plays.listener_id, plays.track_name_id, plays.played_at
            order by plays.import_id, plays.line, plays.ordinal
        )

)

update raw.plays
set ordinal = numbered.ordinal,
from numbered
where plays.rowid = numbered.play_rowid and plays.ordinal != numbered.ordinal
