-- New records of a slice that tell a stored play otherwise: a title that was corrected, an artist
-- renamed, a scrobble edited. One of the two is the newer; the other stays in raw and counts no
-- more.
--
-- A stamp and what the source states with it (an id, the milliseconds) are the play. Where nothing
-- is stated the stamp alone is, but only in a file that tells most of what is there of its span:
-- then it is another export of the same log.
{% from 'macros_ingest.sql' import mbid_of %}

create or replace temp table retold as
with

stamps as (

    select distinct
        listener_id,
        played_at,
    from raw.plays
    where
        source = $source
        and listener_id between $first_listener_id and $last_listener_id
        and superseded_by is null

),

fresh as (

    select
        judged.incoming_rowid,
        judged.line,
        judged.listener_id,
        judged.played_at,
        incoming.time_precision,
        incoming.spotify_track_id,
        {{ mbid_of('incoming.track_mbid') }} as track_mbid,
        incoming.ms_played,
        incoming.payload ->> 'recording_msid' as recording_msid,
        names.artist_key,
        names.title_work_key,
    from temp.judged
    semi join stamps using (listener_id, played_at)
    inner join temp.incoming on judged.incoming_rowid = incoming.rowid
    inner join raw.names
        on judged.track_name_id = names.name_id and names.key_version = $key_version
    where judged.verdict = 'kept'

),

told as (

    select
        named.listener_id,
        named.track_name_id,
        named.played_at,
        count(*) as copies,
    from temp.named
    semi join stamps using (listener_id, played_at)
    where named.source = $source
    group by named.listener_id, named.track_name_id, named.played_at

),

told_stamps as (

    select distinct
        listener_id,
        played_at,
        true as is_told,
    from told

),

spans as (

    select
        listener_id,
        min(played_at) as first_at,
        max(played_at) as last_at,
    from temp.named
    where
        source = $source
        and listener_id between $first_listener_id and $last_listener_id
    group by listener_id

),

-- Of records without a statement of their own: how many of the span have a stamp of the file.
covered as (

    select
        plays.listener_id,
        count(*) as stored_plays,
        count(told_stamps.is_told) as told_plays,
        count(distinct plays.played_at) filter (where told_stamps.is_told) as told_stamps,
    from raw.plays
    inner join spans using (listener_id)
    left join told_stamps using (listener_id, played_at)
    where
        plays.source = $source
        and plays.superseded_by is null
        and plays.ms_played is null
        and plays.played_at between spans.first_at and spans.last_at
    group by plays.listener_id

),

stored as (

    select
        plays.rowid as play_rowid,
        plays.listener_id,
        plays.track_name_id,
        plays.played_at,
        plays.time_precision,
        plays.spotify_track_id,
        plays.track_mbid,
        plays.ms_played,
        plays.payload ->> 'recording_msid' as recording_msid,
        plays.import_id,
        row_number() over equal_plays as copy,
    from raw.plays
    semi join fresh using (listener_id, played_at)
    where plays.source = $source and plays.superseded_by is null
    window
        equal_plays as (
            partition by plays.listener_id, plays.track_name_id, plays.played_at
            order by plays.ordinal
        )

),

-- What the file tells as it is there stays what it is.
left_over as (

    select
        stored.*,
        names.artist_key,
        names.title_work_key,
    from stored
    inner join raw.names
        on stored.track_name_id = names.name_id and names.key_version = $key_version
    left join told using (listener_id, track_name_id, played_at)
    -- Not told at all is told no time.
    where stored.copy > coalesce(told.copies, 0)

),

pairs as (

    select
        fresh.incoming_rowid,
        fresh.line,
        left_over.play_rowid,
        left_over.import_id,
        case
            when fresh.spotify_track_id = left_over.spotify_track_id then 1
            when fresh.recording_msid = left_over.recording_msid then 1
            when fresh.track_mbid = left_over.track_mbid then 2
            -- Skipped at once: equal lengths are no sign.
            when fresh.ms_played >= 1000 and fresh.ms_played = left_over.ms_played then 3
            when
                fresh.ms_played is null
                and left_over.ms_played is null
                -- Two messages are two listens.
                and (fresh.recording_msid is null or left_over.recording_msid is null)
                and covered.told_plays * 2 >= covered.stored_plays
                -- One stamp in common is chance: two songs of one minute in two files.
                and covered.told_stamps >= 2
                and (
                    fresh.artist_key = left_over.artist_key
                    or fresh.title_work_key = left_over.title_work_key
                    -- At its ends an export may be cut off in the middle of a second.
                    or fresh.played_at > spans.first_at and fresh.played_at < spans.last_at
                )
                then 4
        end as nearness,
    from fresh
    inner join left_over using (listener_id, played_at, time_precision)
    inner join spans using (listener_id)
    left join covered using (listener_id)

),

matched as (

    select
        *,
    from pairs
    where nearness is not null
    window
        of_fresh as (partition by incoming_rowid order by nearness, play_rowid),
        of_stored as (partition by play_rowid order by nearness, line)
    qualify row_number() over of_fresh = 1 and row_number() over of_stored = 1

)

select
    matched.incoming_rowid,
    matched.play_rowid,
    -- The export whose last play is the later one is the newer; of equals the one that comes now.
    coalesce(imports.last_at <= $last_at, true) as is_newer,
    matched.import_id,
from matched
left join raw.imports using (import_id);

update raw.plays
set
    superseded_by = $import_id,
from temp.retold
where plays.rowid = retold.play_rowid and retold.is_newer;

update temp.judged
set
    verdict = 'retold',
from temp.retold
where judged.incoming_rowid = retold.incoming_rowid and judged.verdict = 'kept'
