-- A predictor may learn from a catalogue, whose rows are kept whole.
alter table ml.metrics add column catalogue varchar;
alter table ml.models add column catalogue varchar;
alter table ml.parameters add column catalogue varchar;
alter table ml.artifacts add column catalogue varchar;
alter table ml.predictions add column catalogue varchar;
alter table ml.contributions add column catalogue varchar;
alter table ml.ledger add column catalogue varchar;
comment on column ml.metrics.catalogue is 'What was learned from, where that is a catalogue and no listener''s history; likewise elsewhere.';

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
