-- Plays: the rules that one must meet, and the accepted ones with integers for names; from here on
-- no text is compared. sql/ingest/plays/ compares them with what is there, some listeners at a
-- time.
{% from 'macros_ingest.sql' import platform_of, reject %}

{{ reject({
    'no artist': 'artist is null',
    'no track': 'track is null',
    'no time': 'played_at is null',
    'time before 2002': "played_at < timestamp '2002-10-01'",
    'time in the future': 'played_at > $latest',
}, record="concat_ws(', ', artist, album, track, played_at)") }};

create or replace temp table named as
with

tracks as (

    select
        name_id as track_name_id,
        artist_name as artist,
        title as track,
    from raw.names
    where kind = 'track' and key_version = $key_version

),

albums as (

    select
        name_id as album_name_id,
        artist_name as artist,
        title as album,
    from raw.names
    where kind = 'album' and key_version = $key_version

)

select
    incoming.rowid as incoming_rowid,
    listeners.listener_id,
    coalesce(incoming.source, $source) as source,
    tracks.track_name_id,
    albums.album_name_id,
    incoming.played_at,
    incoming.time_precision,
    incoming.line,
from temp.incoming
inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
inner join tracks using (artist, track)
left join albums using (artist, album)
where incoming.reason is null;

-- Many plays have one platform: each of its texts is understood once.
create or replace temp table platforms as
with

stated as (

    select distinct
        platform,
    from temp.incoming
    where platform is not null

)

select
    platform as stated_platform,
    {{ platform_of('platform') }} as platform,
from stated
