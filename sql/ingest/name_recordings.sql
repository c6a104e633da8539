-- Names for favourites and feedback that only say an id of ListenBrainz: those of a play of that
-- recording by the same listener. A message id stands for one spelling, so it goes first, then the
-- source's own plays; of several spellings the oldest.
with

unnamed as (

    select
        incoming.rowid as incoming_rowid,
        listeners.listener_id,
        incoming.recording_mbid,
        incoming.recording_msid,
    from temp.incoming
    left join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
    where
        incoming.reason is null
        and (incoming.artist is null or incoming.track is null)
        and (incoming.recording_mbid is not null or incoming.recording_msid is not null)

),

recordings as (

    select distinct
        listener_id,
        track_name_id,
        source = $source as is_own,
        lower(track_mbid) as recording_mbid,
        -- Other sources' payloads have no such id.
        if(source = $source, payload ->> 'recording_msid', null) as recording_msid,
    from raw.plays
    where listener_id in (select listener_id from unnamed)

),

matches as (

    select
        unnamed.incoming_rowid,
        recordings.track_name_id,
        0 as preference,
    from unnamed
    inner join recordings using (listener_id, recording_msid)
    union all
    select
        unnamed.incoming_rowid,
        recordings.track_name_id,
        if(recordings.is_own, 1, 2) as preference,
    from unnamed
    inner join recordings using (listener_id, recording_mbid)

),

best as (

    select
        incoming_rowid,
        track_name_id,
    from matches
    window best_first as (partition by incoming_rowid order by preference, track_name_id)
    qualify row_number() over best_first = 1

),

spellings as (

    select
        name_id,
        -- A newer key_version repeats the spelling.
        any_value(artist_name) as artist,
        any_value(title) as track,
    from raw.names
    where kind = 'track'
    group by name_id

),

named as (

    select
        unnamed.incoming_rowid,
        spellings.artist,
        spellings.track,
    from unnamed
    left join best using (incoming_rowid)
    left join spellings on best.track_name_id = spellings.name_id

)

update temp.incoming
set
    artist = named.artist,
    track = named.track,
    reason = if(
        named.track is null, 'no play of this recording: import its listens too', null
    ),
    record = if(
        named.track is null, concat_ws(', ', incoming.recording_mbid, incoming.recording_msid), null
    ),
from named
where incoming.rowid = named.incoming_rowid
