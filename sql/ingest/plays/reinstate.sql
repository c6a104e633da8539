-- After imports were taken out: what they had told otherwise counts again, unless a later export
-- tells it too.
with

orphans as (

    select
        plays.rowid as play_rowid,
        plays.listener_id,
        plays.source,
        plays.played_at,
        plays.spotify_track_id,
        plays.import_id,
    from raw.plays
    anti join raw.imports
        on plays.superseded_by = imports.import_id
    where plays.superseded_by is not null

),

told_again as (

    select
        orphans.play_rowid,
        max(plays.import_id) as import_id,
    from orphans
    inner join raw.plays using (listener_id, source, played_at)
    where
        plays.superseded_by is null
        and plays.import_id > orphans.import_id
        -- Two songs may end in one second.
        and (
            plays.spotify_track_id is null
            or orphans.spotify_track_id is null
            or plays.spotify_track_id = orphans.spotify_track_id
        )
    group by orphans.play_rowid

)

update raw.plays
set
    superseded_by = told_again.import_id,
from orphans
left join told_again using (play_rowid)
where plays.rowid = orphans.play_rowid
