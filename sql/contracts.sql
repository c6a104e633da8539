-- Every table that Python writes: raw.* by ingest, ml.* by train and build.
-- Version 5. A change here comes with a file in sql/migrations/ that brings older files to it.
-- Times are naive UTC. No primary keys: writers anti-join on the natural key, audits check it.

create schema if not exists raw;
create schema if not exists ml;

create table raw.schema_version (
    version integer not null,
    applied_at timestamp not null,
);
comment on table raw.schema_version is 'Which version of sql/contracts.sql this file has; the largest counts.';

create table raw.listeners (
    listener_id integer not null,
    listener varchar not null,
    is_demo boolean not null,
    created_at timestamp not null,
);
comment on table raw.listeners is 'Whose histories are in this file; the id is given once and never reused.';

create table raw.settings (
    as_of timestamp not null,
    has_calendar_policy boolean not null,
    has_decision_policy boolean not null,
);
comment on table raw.settings is 'One row: the instant and the cut-off policies of the current build.';

create table raw.listener_settings (
    listener_id integer not null,
    time_zone varchar not null,
    week_ends_on integer not null check (week_ends_on between 0 and 6),
    decision_minute integer not null check (decision_minute between 0 and 1439),
    labels_start_date date not null,
);
comment on table raw.listener_settings is 'What sotw.toml says of each listener: zone, last weekday (0 = Sunday), decision time.';

create table raw.imports (
    import_id integer not null,
    imported_at timestamp not null,
    listener_id integer,
    format varchar not null,
    file varchar not null,
    sha256 varchar not null,
    bytes bigint not null,
    rows_read bigint not null,
    rows_kept bigint not null,
    rows_known bigint not null,
    rows_rejected bigint not null,
    note varchar,
    check (rows_read = rows_kept + rows_known + rows_rejected),
);
comment on table raw.imports is 'The receipt of every imported file: rows read = kept + known + rejected.';

create table raw.rejects (
    import_id integer not null,
    line bigint,
    reason varchar not null,
    record varchar,
);
comment on table raw.rejects is 'Records that were read and not kept, with the reason and the line or index.';

create table raw.names (
    name_id integer not null,
    kind varchar not null check (kind in ('artist', 'album', 'track')),
    artist_name varchar,
    title varchar,
    artist_key varchar,
    title_key varchar,
    artist_loose_key varchar,
    title_loose_key varchar,
    title_work_key varchar,
    key_version smallint not null,
);
comment on table raw.names is 'Every distinct spelling of an artist, or of an (artist, title) pair, with its keys.';
comment on column raw.names.name_id is 'The spelling''s integer, given once; a newer key_version repeats it.';
comment on column raw.names.artist_key is 'NFKC, stripped, blanks collapsed, casefolded.';
comment on column raw.names.title_work_key is 'Loose key without a version suffix (remaster, live, feat.).';

create table raw.plays (
    listener_id integer not null,
    source varchar not null,
    played_at timestamp not null,
    track_name_id integer not null,
    ordinal integer not null,
    album_name_id integer,
    time_kind varchar not null check (time_kind in ('start', 'end', 'unknown')),
    time_precision varchar not null check (time_precision in ('second', 'minute')),
    track_mbid varchar,
    artist_mbid varchar,
    payload json,
    import_id integer not null,
    line bigint,
    content_type varchar not null default 'track',
    ms_played bigint check (ms_played >= 0),
    duration_ms bigint check (duration_ms > 0),
    skipped boolean,
    reason_start varchar,
    reason_end varchar,
    platform varchar,
    country varchar,
    is_shuffle boolean,
    is_offline boolean,
    is_private boolean,
    offline_at timestamp,
    spotify_track_id varchar,
    check (content_type in ('track', 'podcast', 'audiobook', 'video')),
);
comment on table raw.plays is 'One row per play as a source reported it; natural key: the first five columns.';
comment on column raw.plays.ordinal is '0, 1, … among equal plays with the same source and time.';
comment on column raw.plays.content_type is 'Of a podcast the artist is the show, of an audiobook the book.';
comment on column raw.plays.skipped is 'As the source says it; null where it does not say.';
comment on column raw.plays.duration_ms is 'Length of the recording as the source states it; null when unknown, never 0.';
comment on column raw.plays.is_private is 'Played in a private (incognito) session.';
comment on column raw.plays.offline_at is 'When an offline player noted the play; orders plays, replaces no time.';

create table raw.picks (
    listener_id integer not null,
    picked_at timestamp not null,
    track_name_id integer not null,
    source varchar not null,
    week_ending date,
    spotify_track_id varchar,
    idempotency_key varchar,
    import_id integer,
    line bigint,
);
comment on table raw.picks is 'Songs named as favourite of a week; week_ending only where the listener said it.';

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

create table raw.attribution_settings (
    listener_id integer not null,
    home_country varchar not null,
    primary_platforms varchar not null,
    driving_hints varchar not null,
    hour_from integer not null check (hour_from between 0 and 23),
    hour_to integer not null check (hour_to between 0 and 23),
    affinity_top_n integer not null,
    affinity_min_ratio double not null,
    min_session_score double not null,
    requires_country boolean not null,
    weight_country double not null,
    weight_platform double not null,
    weight_hour double not null,
    weight_affinity double not null,
    weight_driving double not null,
    min_kept_plays integer not null,
);
comment on table raw.attribution_settings is 'How sotw.toml tells the sessions of a shared account''s owner; without a row all are theirs.';
comment on column raw.attribution_settings.primary_platforms is 'Families or texts of the source, with a comma before, between and after.';
comment on column raw.attribution_settings.driving_hints is 'Likewise.';
comment on column raw.attribution_settings.hour_to is 'Included, as hour_from; a smaller one is of the next day.';
comment on column raw.attribution_settings.min_kept_plays is 'With fewer plays kept than this no session is left out.';

create table raw.favorite_artists (
    listener_id integer not null,
    position integer not null,
    artist varchar not null,
    artist_key varchar not null,
);
comment on table raw.favorite_artists is 'Artists that sotw.toml names as favourites, in its order from 1.';

create table raw.rules (
    rule_id integer not null,
    listener_id integer,
    rule varchar not null,
    scope varchar not null,
    name_id integer,
    target_name_id integer,
    playlist varchar,
    counting varchar,
    purpose varchar not null,
    from_date date,
    to_date date,
    created_at timestamp not null,
    removed_at timestamp,
    check (rule in ('alias', 'separate', 'exclude', 'count')),
    check (scope in ('artist', 'album', 'track', 'playlist', 'dates', 'plays')),
    check (purpose in ('charts', 'training', 'all')),
);
comment on table raw.rules is 'What the listeners say of names and plays; a rule is taken back, never deleted.';
comment on column raw.rules.listener_id is 'Null: for all listeners.';
comment on column raw.rules.name_id is 'A spelling; the rule is for all with its strict keys.';
comment on column raw.rules.target_name_id is 'Of an alias: the spelling that is meant and shown.';
comment on column raw.rules.from_date is 'First local day of the plays it is for; null: from the beginning.';
comment on column raw.rules.to_date is 'Last such day; null: to the end.';

create table raw.match_proposals (
    proposal_id integer not null,
    kind varchar not null check (kind in ('artist', 'track')),
    name_id integer not null,
    target_name_id integer not null,
    score double not null check (score between 0 and 100),
    method varchar not null,
    proposed_at timestamp not null,
    decision varchar check (decision in ('accepted', 'rejected')),
    decided_at timestamp,
    rule_id integer,
);
comment on table raw.match_proposals is 'Names that look alike; nothing follows until one is accepted, which makes a rule.';
comment on column raw.match_proposals.score is 'Normalised indel similarity of the loose keys, 0 to 100.';

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

create table ml.builds (
    build_id varchar not null,
    built_at timestamp not null,
    as_of timestamp not null,
    seconds double not null,
    sql_sha256 varchar not null,
    settings json not null,
);
comment on table ml.builds is 'Every full build of the models: its instant, its SQL, its settings.';

create table ml.model_timings (
    build_id varchar not null,
    model varchar not null,
    seconds double not null,
    audit_seconds double not null,
    row_count bigint,
);
comment on table ml.model_timings is 'Seconds per model and build.';

create table ml.runs (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    created_at timestamp not null,
    as_of timestamp not null,
    seconds double not null,
    data_sha256 varchar not null,
    settings json not null,
    splits json not null,
    versions json not null,
);
comment on table ml.runs is 'Every training run: settings, data fingerprint, split boundaries, library versions.';

create table ml.metrics (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    label_kind varchar not null,
    model varchar not null,
    is_default boolean not null,
    listener_id integer,
    cohort varchar not null,
    cutoff_policy varchar not null,
    split varchar not null check (split in ('train', 'validation', 'test', 'rolling')),
    metric varchar not null,
    value double,
    n bigint not null,
    low double,
    high double,
);
comment on table ml.metrics is 'One number a row, for models and baselines alike; low and high bound 95 %.';
comment on column ml.metrics.listener_id is 'Null: pooled over all listeners.';
comment on column ml.metrics.label_kind is 'pick: a favourite the listener named; proxy: derived from later plays.';

create table ml.models (
    run_id varchar not null,
    predictor varchar not null,
    model varchar not null,
    is_default boolean not null,
    listener_id integer,
    cutoff_policy varchar not null,
    label_kind varchar not null,
    threshold double,
    has_converged boolean not null,
    hyperparameters json not null,
    link varchar not null default 'logit' check (link in ('logit', 'softmax')),
);
comment on table ml.models is 'Each fitted model of a run with its threshold and hyperparameters.';
comment on column ml.models.link is 'From score to probability: each song by itself (logit) or within the week (softmax).';

create table ml.parameters (
    run_id varchar not null,
    predictor varchar not null,
    model varchar not null,
    listener_id integer,
    cutoff_policy varchar not null,
    feature varchar not null,
    level varchar,
    coefficient double not null,
    center double,
    scale double,
    impute double,
    transform varchar check (transform = 'log1p'),
);
comment on table ml.parameters is 'Coefficients with the centring, scaling and imputation that belong to them.';
comment on column ml.parameters.center is 'Null, as scale: mean and deviation of the week''s own candidates.';
comment on column ml.parameters.transform is 'log1p: sign(x) * ln(1 + |x|) before standardising; null: none.';
comment on column ml.parameters.level is 'The value of a text feature; null for a number; ''(other)'' for rare ones.';

create table ml.predictions (
    run_id varchar not null,
    predictor varchar not null,
    model varchar not null,
    listener_id integer not null,
    week_ending date,
    cutoff_policy varchar,
    cutoff_at timestamp,
    track_id integer not null,
    split varchar not null,
    label_kind varchar not null,
    score double not null,
    probability double not null,
    rank integer,
    task varchar,
    source varchar,
    reported_at timestamp,
    track_name_id integer,
    ordinal integer,
);
comment on table ml.predictions is 'Scored candidates of the latest run of a predictor: songs of a week, or plays.';
comment on column ml.predictions.score is 'Log-odds: the intercept plus all contributions.';
comment on column ml.predictions.rank is '1 is the predicted song of the week; null for a play.';
comment on column ml.predictions.task is 'Of a play, pre_play or post_play; null for a song of a week.';
comment on column ml.predictions.source is 'Of a play, with the next three and listener_id: its key in core.fct_plays.';

create table ml.artifacts (
    run_id varchar not null,
    predictor varchar not null,
    model varchar not null,
    listener_id integer,
    label_kind varchar not null,
    format varchar not null,
    content varchar not null,
    sha256 varchar not null,
);
comment on table ml.artifacts is 'A model that is no table of coefficients, as the text of its own library.';
comment on column ml.artifacts.listener_id is 'Null: for all listeners.';

create table ml.contributions (
    run_id varchar not null,
    predictor varchar not null,
    model varchar not null,
    listener_id integer not null,
    week_ending date not null,
    cutoff_policy varchar not null,
    track_id integer not null,
    feature varchar not null,
    level varchar,
    value double,
    contribution double not null,
);
comment on table ml.contributions is 'What each feature adds to the score of a top candidate, in log-odds.';

create table ml.ledger (
    predicted_at timestamp not null,
    run_id varchar not null,
    predictor varchar not null,
    model varchar not null,
    listener_id integer not null,
    listener varchar not null,
    week_ending date not null,
    cutoff_policy varchar not null,
    cutoff_at timestamp not null,
    track_id integer not null,
    artist_name varchar not null,
    track_name varchar not null,
    artist_key varchar not null,
    track_key varchar not null,
    probability double not null,
    rank integer not null,
    is_backfill boolean not null,
);
comment on table ml.ledger is 'Append-only: what was predicted, when; is_backfill if the week''s cut-off had passed.';
