-- What each row of a catalogue says, part by part: of the track, of the sound, how popular the
-- artist is, and each tag. A part has a subject (names, and a Spotify id or the tag's own key) and
-- a statement, as a hash; only hashes of one subject are ever compared.
-- A row of tracks that says something is also a part as a whole.
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
where reason is null and tag_key is not null;

insert into temp.parts
select
    line,
    'row' as part,
    feature_source,
    artist,
    track,
    spotify_track_id as detail,
    -- In the order of latest.sql.
    hash(row(
        release_date, duration_ms, popularity, artist_popularity, replace(tag_key, chr(10), '|'),
        danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness,
        liveness, valence, tempo, time_signature, unread
    )) as statement,
from temp.incoming
where track is not null and line in (select line from temp.parts)
