-- Every export file a listener can own: what a play's source says of it, and tables for the rest.
alter table raw.plays add column content_type varchar default 'track';
alter table raw.plays add column ms_played bigint;
alter table raw.plays add column duration_ms bigint;
alter table raw.plays add column skipped boolean;
alter table raw.plays add column reason_start varchar;
alter table raw.plays add column reason_end varchar;
alter table raw.plays add column platform varchar;
alter table raw.plays add column country varchar;
alter table raw.plays add column is_shuffle boolean;
alter table raw.plays add column is_offline boolean;
alter table raw.plays add column is_private boolean;
alter table raw.plays add column offline_at timestamp;
alter table raw.plays add column spotify_track_id varchar;
alter table raw.artist_stats add column popularity integer;
alter table raw.track_stats add column isrc varchar;
alter table raw.track_stats add column is_explicit boolean;
comment on column raw.plays.content_type is 'Of a podcast the artist is the show, of an audiobook the book.';
comment on column raw.plays.skipped is 'As the source says it; null where it does not say.';
comment on column raw.plays.duration_ms is 'Length of the recording as the source states it; null when unknown, never 0.';
comment on column raw.plays.is_private is 'Played in a private (incognito) session.';
comment on column raw.plays.offline_at is 'When an offline player noted the play; orders plays, replaces no time.';

create table raw.playlist_items (
    listener_id integer not null,
    source varchar not null,
    playlist varchar not null,
    track_name_id integer not null,
    added_at timestamp,
    spotify_track_id varchar,
    import_id integer not null,
    line bigint,
);
comment on table raw.playlist_items is 'Songs on the listener''s playlists; a rule says which lists hold favourites of a week.';
comment on column raw.playlist_items.added_at is 'A date without a time of day is its noon, UTC.';

create table raw.favorite_playlists (
    listener_id integer not null,
    playlist varchar not null,
);
comment on table raw.favorite_playlists is 'Playlists that sotw.toml names as those of the songs of the week.';

create table raw.library_items (
    listener_id integer not null,
    source varchar not null,
    track_name_id integer not null,
    spotify_track_id varchar,
    fetched_at timestamp not null,
    import_id integer not null,
    line bigint,
);
comment on table raw.library_items is 'Songs the listener has saved, as of the export.';

create table raw.feedback (
    listener_id integer not null,
    source varchar not null,
    given_at timestamp not null,
    track_name_id integer not null,
    score integer not null check (score between -1 and 1),
    import_id integer not null,
    line bigint,
);
comment on table raw.feedback is 'Loved (1), hated (-1) or taken back (0), as a service or the listener says it.';

create table raw.live_shows (
    listener_id integer not null,
    source varchar not null,
    artist_name_id integer not null,
    show_date date not null,
    import_id integer not null,
    line bigint,
);
comment on table raw.live_shows is 'Concerts the listener has seen: artist and local date.';

create table raw.played_days (
    listener_id integer not null,
    source varchar not null,
    played_on date not null,
    track_name_id integer not null,
    import_id integer not null,
    line bigint,
);
comment on table raw.played_days is 'Days on which a song was played; gives plays without an artist theirs (Apple Music).';

create table raw.technical_events (
    listener_id integer not null,
    source varchar not null,
    event_type varchar not null,
    occurred_at timestamp not null,
    ordinal integer not null,
    is_fatal boolean,
    import_id integer not null,
    line bigint,
);
comment on table raw.technical_events is 'Errors of the player; natural key: the first five columns.';

create table raw.technical_log_ranges (
    listener_id integer not null,
    source varchar not null,
    event_type varchar not null,
    first_at timestamp not null,
    last_at timestamp not null,
    import_id integer not null,
);
comment on table raw.technical_log_ranges is 'From when to when a log file speaks; outside it the errors are unknown, not none.';

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
