-- The new statements about sound, of a track or on average of an artist; as of now.
insert into raw.audio_features by name
select
    if(incoming.track is null, null, judged.audio_name_id) as track_name_id,
    if(incoming.track is null, judged.audio_name_id, null) as artist_name_id,
    incoming.feature_source,
    judged.fetched_at,
    incoming.spotify_track_id,
    incoming.danceability,
    incoming.energy,
    incoming.key,
    incoming.loudness,
    incoming.mode,
    incoming.speechiness,
    incoming.acousticness,
    incoming.instrumentalness,
    incoming.liveness,
    incoming.valence,
    incoming.tempo,
    incoming.time_signature,
    judged.import_id,
    judged.line,
from temp.judged
inner join temp.incoming using (line)
where judged.audio_name_id is not null
order by judged.line
