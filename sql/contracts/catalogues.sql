-- Tables that ingest writes, of what sources state of artists, albums, songs and their audiences.

create schema if not exists raw;

create table raw.artist_stats (
    artist_name_id integer not null,
    source varchar not null,
    fetched_at timestamp not null,
    artist_mbid varchar,
    listeners bigint,
    playcount bigint,
    import_id integer not null,
    line bigint,
    popularity integer check (popularity between 0 and 100),
);
comment on table raw.artist_stats is 'Audience of an artist as a source stated it at fetched_at.';

create table raw.album_stats (
    album_name_id integer not null,
    source varchar not null,
    fetched_at timestamp not null,
    album_mbid varchar,
    listeners bigint,
    playcount bigint,
    import_id integer not null,
    line bigint,
);
comment on table raw.album_stats is 'Audience of an album as a source stated it at fetched_at.';

create table raw.track_stats (
    track_name_id integer not null,
    source varchar not null,
    fetched_at timestamp not null,
    spotify_track_id varchar,
    album_name varchar,
    release_date varchar,
    duration_ms bigint check (duration_ms > 0),
    popularity integer check (popularity between 0 and 100),
    import_id integer not null,
    line bigint,
    isrc varchar,
    is_explicit boolean,
);
comment on table raw.track_stats is 'Duration, release and popularity of a track as a source stated it at fetched_at.';
comment on column raw.track_stats.duration_ms is 'Null when unknown, never 0.';
comment on column raw.track_stats.release_date is 'As given: YYYY, YYYY-MM or YYYY-MM-DD.';

create table raw.artist_profiles (
    artist_mbid varchar not null,
    source varchar not null,
    fetched_at timestamp not null,
    country varchar,
    artist_type varchar,
    career_begin_date date,
    career_end_date date,
    has_career_ended boolean,
    import_id integer not null,
    line bigint,
);
comment on table raw.artist_profiles is 'Origin and career of an artist, keyed by MusicBrainz id.';

create table raw.artist_tags (
    artist_name_id integer,
    artist_mbid varchar,
    tag varchar not null,
    tag_key varchar not null,
    weight double,
    source varchar not null,
    fetched_at timestamp not null,
    import_id integer not null,
    line bigint,
);
comment on table raw.artist_tags is 'Genres and tags of an artist by source; one of artist_name_id, artist_mbid is set.';

create table raw.audio_features (
    track_name_id integer,
    artist_name_id integer,
    feature_source varchar not null,
    fetched_at timestamp not null,
    spotify_track_id varchar,
    danceability double,
    energy double,
    key double,
    loudness double,
    mode double,
    speechiness double,
    acousticness double,
    instrumentalness double,
    liveness double,
    valence double,
    tempo double,
    time_signature double,
    import_id integer not null,
    line bigint,
);
comment on table raw.audio_features is 'What a catalogue says of the sound of a track, or on average of an artist; one of the ids is set.';
comment on column raw.audio_features.feature_source is 'The catalogue; scales differ between them, so they are never mixed.';

create table raw.source_artists (
    source varchar not null,
    source_artist_id bigint not null,
    artist_name_id integer not null,
    import_id integer not null,
    line bigint,
);
comment on table raw.source_artists is 'The artists of a public data set by its own numbers.';

create table raw.source_tags (
    source varchar not null,
    source_tag_id bigint not null,
    tag varchar not null,
    tag_key varchar not null,
    import_id integer not null,
    line bigint,
);
comment on table raw.source_tags is 'The tags of a public data set by its own numbers.';

create table raw.user_artists (
    source varchar not null,
    source_user_id bigint not null,
    source_artist_id bigint not null,
    plays bigint not null check (plays > 0),
    import_id integer not null,
    line bigint,
);
comment on table raw.user_artists is 'Plays by anonymous user and artist in a public data set; its users are no listeners here.';

create table raw.user_artist_tags (
    source varchar not null,
    source_user_id bigint not null,
    source_artist_id bigint not null,
    source_tag_id bigint not null,
    tagged_on date,
    import_id integer not null,
    line bigint,
);
comment on table raw.user_artist_tags is 'Tags that users of a public data set gave to artists.';

create table raw.catalogue_rows (
    feature_source varchar not null,
    track_name_id integer not null,
    fetched_at timestamp not null,
    spotify_track_id varchar,
    release_date varchar,
    duration_ms bigint,
    popularity integer,
    artist_popularity integer,
    genre_keys varchar,
    danceability double,
    energy double,
    key double,
    loudness double,
    mode double,
    speechiness double,
    acousticness double,
    instrumentalness double,
    liveness double,
    valence double,
    tempo double,
    time_signature double,
    unread varchar,
    import_id integer not null,
    line bigint,
);
comment on table raw.catalogue_rows is 'Each row of a catalogue of tracks as it stands there: what the other tables have in parts.';
comment on column raw.catalogue_rows.genre_keys is 'Strict keys of the genres, with bars between.';
comment on column raw.catalogue_rows.unread is 'What was stated and not understood, as |field=text|field=text|.';
