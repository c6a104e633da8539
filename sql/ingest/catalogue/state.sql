-- What each row of a catalogue says, part by part: of the track, of the sound, how popular the
-- artist is, and each tag. A part has a subject (names, and a Spotify id or the tag's own key) and
-- a statement, as a hash; only hashes of one subject are ever compared.
create or replace temp table parts as
select
    line,
    'stats' as part,
    feature_source,
    artist,
    track,
    spotify_track_id as detail,
    hash(row(album, release_date, duration_ms, popularity, isrc, is_explicit)) as statement,
from temp.incoming
where
    reason is null
    and track is not null
    and concat_ws(
        '', spotify_track_id, album, release_date, duration_ms, popularity, isrc, is_explicit
    ) != ''
union all
select
    line,
    'audio' as part,
    feature_source,
    artist,
    track,
    spotify_track_id as detail,
    hash(row(
        danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness,
        liveness, valence, tempo, time_signature
    )) as statement,
from temp.incoming
where
    reason is null
    and concat_ws(
        '', danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness,
        liveness, valence, tempo, time_signature
    ) != ''
union all
select
    line,
    'popularity' as part,
    feature_source,
    artist,
    null as track,
    null as detail,
    hash(artist_popularity) as statement,
from temp.incoming
where reason is null and artist_popularity is not null
union all
select
    line,
    'tag' as part,
    feature_source,
    artist,
    null as track,
    unnest(string_split(tag_key, chr(10))) as detail,
    hash(0) as statement,
from temp.incoming
where reason is null and tag_key is not null
