-- Plays: the rules that one must meet, and the accepted ones with integers for names; from here on
-- no text is compared. sql/ingest/plays/ compares them with what is there, some listeners at a
-- time.
{% from 'macros_ingest.sql' import country_of, mbid_of, platform_of, reject, word_of %}

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
    listeners.listener_id,
    coalesce(incoming.source, $source) as source,
    tracks.track_name_id,
    albums.album_name_id,
    incoming.played_at,
    incoming.time_precision,
    -- Last.fm and most others stamp the start.
    coalesce(incoming.time_kind, 'start') as time_kind,
    struct_pack(
        track_mbid := {{ mbid_of('incoming.track_mbid') }},
        artist_mbid := {{ mbid_of('incoming.artist_mbid') }},
        payload := incoming.payload,
        -- Most sources know nothing but songs.
        content_type := coalesce(incoming.content_type, 'track'),
        ms_played := incoming.ms_played,
        duration_ms := incoming.duration_ms,
        skipped := incoming.skipped,
        reason_start := {{ word_of('incoming.reason_start') }},
        reason_end := {{ word_of('incoming.reason_end') }},
        platform := {{ platform_of('incoming.platform') }},
        country := {{ country_of('incoming.country') }},
        is_shuffle := incoming.is_shuffle,
        is_offline := incoming.is_offline,
        is_private := incoming.is_private,
        offline_at := incoming.offline_at,
        spotify_track_id := incoming.spotify_track_id
    ) as facts,
    incoming.line,
from temp.incoming
inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
inner join tracks using (artist, track)
left join albums using (artist, album)
where incoming.reason is null
