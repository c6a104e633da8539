-- The plays of a listener as lines of JSON in the form of a listen, oldest first. What a listen
-- has no field for stands in `sotw`, from which an import here takes the play as it was.
with

-- Sorted before they are lines, which are far longer.
ordered as (

    select *
    from temp.exported_plays
    where
        listener = $listener
        and (not is_duplicate or $every_record)
        and (is_listen or not $only_listens)
    order by reported_at, source, artist, track, ordinal

)

select
    -- A patch leaves out what is null.
    json_merge_patch(
        '{}',
        to_json(
            struct_pack(
                listened_at := epoch_us(played_at) // 1000000,
                track_metadata := struct_pack(
                    artist_name := artist,
                    track_name := track,
                    release_name := album,
                    additional_info := struct_pack(
                        submission_client := 'sotw',
                        music_service := if(source = 'spotify', 'spotify.com', null),
                        duration_ms := duration_ms,
                        duration_played := ms_played // 1000,
                        recording_mbid := track_mbid,
                        artist_mbids := if(artist_mbid is null, null, [artist_mbid]),
                        spotify_id := 'https://open.spotify.com/track/' || spotify_track_id,
                        sotw := struct_pack(
                            source := source,
                            reported_at := strftime(reported_at, '%Y-%m-%dT%H:%M:%S.%f'),
                            time_kind := time_kind,
                            time_precision := time_precision,
                            content_type := content_type,
                            ms_played := ms_played,
                            duration_ms := duration_ms,
                            skipped := skipped,
                            reason_start := reason_start,
                            reason_end := reason_end,
                            platform := platform,
                            country := country,
                            is_shuffle := is_shuffle,
                            is_offline := is_offline,
                            is_private := is_private,
                            offline_at := strftime(offline_at, '%Y-%m-%dT%H:%M:%S.%f'),
                            spotify_track_id := spotify_track_id,
                            track_mbid := track_mbid,
                            artist_mbid := artist_mbid,
                            payload := if($every_record, payload, payload_alone)
                        )
                    )
                )
            )
        )
    ) as listen,
from ordered
