-- Every record of a play, as its source reported it and with the spellings of its source. Without
-- the duplicates there is one row per play.
create or replace temp view exported_plays as
select
    listeners.listener,
    plays.source,
    plays.played_at as reported_at,
    -- A duplicate is no play of its own: only its record says when it began.
    coalesce(fct_plays.played_at, fct_reported_plays.played_at) as played_at,
    plays.time_kind,
    plays.time_precision,
    tracks.artist_name as artist,
    tracks.title as track,
    albums.title as album,
    plays.ordinal,
    fct_plays.is_counted,
    fct_plays.listener_id is null as is_duplicate,
    -- Where nothing is said of it the session was not private.
    plays.content_type = 'track' and not coalesce(plays.is_private, false) as is_listen,
    plays.content_type,
    plays.ms_played,
    plays.duration_ms,
    plays.skipped,
    plays.reason_start,
    plays.reason_end,
    plays.platform,
    plays.country,
    plays.is_shuffle,
    plays.is_offline,
    plays.is_private,
    plays.offline_at,
    plays.spotify_track_id,
    plays.track_mbid,
    plays.artist_mbid,
    cast(plays.payload as varchar) as payload,
    -- Where a record that is left out saw the play begin earlier, one more fact says so.
    case
        when fct_plays.played_at < fct_reported_plays.played_at
            then cast(
                -- First of all, so that it is found by how the text begins.
                json_merge_patch(
                    json_object(
                        'started_at', strftime(fct_plays.played_at, '%Y-%m-%dT%H:%M:%S.%f')
                    ),
                    -- What an earlier export said of it is out of date.
                    json_merge_patch(coalesce(plays.payload, '{}'), '{"started_at":null}')
                ) as varchar
            )
        else cast(plays.payload as varchar)
    end as payload_alone,
from core.fct_reported_plays
inner join raw.listeners using (listener_id)
inner join raw.plays
    on
        fct_reported_plays.listener_id = plays.listener_id
        and fct_reported_plays.source = plays.source
        and fct_reported_plays.reported_at = plays.played_at
        and fct_reported_plays.track_name_id = plays.track_name_id
        and fct_reported_plays.ordinal = plays.ordinal
left join core.fct_plays
    on
        plays.listener_id = fct_plays.listener_id
        and plays.source = fct_plays.source
        and plays.played_at = fct_plays.reported_at
        and plays.track_name_id = fct_plays.track_name_id
        and plays.ordinal = fct_plays.ordinal
inner join staging.stg_names as tracks on plays.track_name_id = tracks.name_id
left join staging.stg_names as albums on plays.album_name_id = albums.name_id
