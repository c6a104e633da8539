-- Plays known to the minute take the second from an export that has it, and what else it says:
-- that it would have said, had it come first.
{% from 'macros_ingest.sql' import facts_of_play %}

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
        judged.album_name_id,
        {{ facts_of_play() | indent }}
    from minute_plays
    inner join temp.judged
        on
            minute_plays.listener_id = judged.listener_id
            and minute_plays.track_name_id = judged.track_name_id
            and minute_plays.played_minute = judged.played_minute
            and minute_plays.nth = judged.nth_new_second
    inner join temp.incoming on judged.incoming_rowid = incoming.rowid
    left join temp.platforms on incoming.platform = platforms.stated_platform
    where judged.verdict = 'sharpens'

)

update raw.plays
set
    played_at = matched.played_at,
    time_precision = 'second',
    album_name_id = coalesce(matched.album_name_id, plays.album_name_id),
    -- Early account data has podcasts among the songs.
    content_type = if(
        matched.content_type = 'track', plays.content_type, matched.content_type
    ),
    payload = coalesce(matched.payload, plays.payload),
    track_mbid = coalesce(matched.track_mbid, plays.track_mbid),
    artist_mbid = coalesce(matched.artist_mbid, plays.artist_mbid),
    ms_played = coalesce(matched.ms_played, plays.ms_played),
    duration_ms = coalesce(matched.duration_ms, plays.duration_ms),
    skipped = coalesce(matched.skipped, plays.skipped),
    reason_start = coalesce(matched.reason_start, plays.reason_start),
    reason_end = coalesce(matched.reason_end, plays.reason_end),
    platform = coalesce(matched.platform, plays.platform),
    country = coalesce(matched.country, plays.country),
    is_shuffle = coalesce(matched.is_shuffle, plays.is_shuffle),
    is_offline = coalesce(matched.is_offline, plays.is_offline),
    is_private = coalesce(matched.is_private, plays.is_private),
    offline_at = coalesce(matched.offline_at, plays.offline_at),
    spotify_track_id = coalesce(matched.spotify_track_id, plays.spotify_track_id),
from matched
where plays.rowid = matched.play_rowid
