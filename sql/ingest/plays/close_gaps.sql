-- After an import was taken out: ordinals 0, 1, … again among equal plays. Only where there was
-- more than one can there be a gap.
with

repeated as (

    select distinct
        listener_id,
        source,
        played_at,
        track_name_id,
    from raw.plays
    where ordinal > 0

),

numbered as (

    select
        plays.rowid as play_rowid,
        row_number() over equal_plays - 1 as ordinal,
    from raw.plays
    semi join repeated using (listener_id, source, played_at, track_name_id)
    window
        equal_plays as (
            partition by
                plays.listener_id,
                plays.source,
                plays.played_at,
                plays.track_name_id
            order by plays.ordinal
        )

)

update raw.plays
set ordinal = numbered.ordinal,
from numbered
where plays.rowid = numbered.play_rowid and plays.ordinal != numbered.ordinal
