-- Catalogues of tracks. A row about nobody, or that says nothing, is refused; the others are
-- judged part by part. What a file says of a subject is known when the latest statements of the
-- catalogue say all of it; otherwise all of it is kept anew, equal parts once. A row without a new
-- part is known. Longer than others, as a row fills up to five tables.
{% from 'macros_ingest.sql' import insert_tags, judge, reject %}
{% set subject = ['part', 'feature_source', 'name_id', 'detail'] %}

{{ reject({
    'no artist': 'artist is null',
    'nothing said of it': 'line not in (select line from temp.parts)',
}) }};

create or replace temp table named as
select
    parts.line,
    parts.part,
    parts.feature_source,
    names.name_id,
    parts.detail,
    parts.statement,
from temp.parts
semi join temp.incoming
    on
        parts.line = incoming.line
        and incoming.reason is null
inner join raw.names
    on
        -- A part without a track is about the artist.
        names.kind = if(parts.track is null, 'artist', 'track')
        and parts.artist = names.artist_name
        and parts.track is not distinct from names.title
        and names.key_version = $key_version;

{% call judge(subject + ['statement'], subject=subject, table='parted') %}
temp.latest
{% endcall %};

create or replace temp table judged as
select
    if(bool_or(verdict = 'kept'), 'kept', 'known') as verdict,
    line,
    max(name_id) filter (where verdict = 'kept' and part = 'stats') as stats_name_id,
    max(name_id) filter (where verdict = 'kept' and part = 'audio') as audio_name_id,
    max(name_id) filter (where verdict = 'kept' and part = 'popularity') as popularity_name_id,
    max(name_id) filter (where verdict = 'kept' and part = 'tag') as tag_name_id,
    max(name_id) filter (where verdict = 'kept' and part = 'row') as row_name_id,
    $now as fetched_at,
    $import_id as import_id,
from temp.parted
group by line;

-- The new statements about tracks, and about how popular artists are; as of now.
insert into raw.track_stats by name
select
    judged.stats_name_id as track_name_id,
    incoming.feature_source as source,
    judged.fetched_at,
    incoming.spotify_track_id,
    incoming.album as album_name,
    incoming.release_date,
    incoming.duration_ms,
    incoming.popularity,
    judged.import_id,
    judged.line,
    incoming.isrc,
    incoming.is_explicit,
from temp.judged
inner join temp.incoming using (line)
where judged.stats_name_id is not null
order by judged.line;

insert into raw.artist_stats by name
select
    judged.popularity_name_id as artist_name_id,
    incoming.feature_source as source,
    judged.fetched_at,
    judged.import_id,
    judged.line,
    incoming.artist_popularity as popularity,
from temp.judged
inner join temp.incoming using (line)
where judged.popularity_name_id is not null
order by judged.line;

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
order by judged.line;

-- Rows of tracks as they stand, whole.
insert into raw.catalogue_rows by name
select
    judged.row_name_id as track_name_id,
    incoming.feature_source,
    judged.fetched_at,
    incoming.spotify_track_id,
    incoming.release_date,
    incoming.duration_ms,
    incoming.popularity,
    incoming.artist_popularity,
    replace(incoming.tag_key, chr(10), '|') as genre_keys,
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
    incoming.unread,
    judged.import_id,
    judged.line,
from temp.judged
inner join temp.incoming using (line)
where judged.row_name_id is not null
order by judged.line;

{% call insert_tags('artist_name_id', 'judged.tag_name_id', source='incoming.feature_source') %}
temp.judged
inner join temp.incoming using (line)
where judged.tag_name_id is not null
{% endcall %}
