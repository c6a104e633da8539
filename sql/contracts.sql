-- Every table that Python writes: raw.* by ingest, ml.* by train and build.
-- Version 2. A change here comes with a file in sql/migrations/ that brings older files to it.
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
);
comment on table raw.plays is 'One row per play as a source reported it; natural key: the first five columns.';
comment on column raw.plays.ordinal is '0, 1, … among equal plays with the same source and time.';

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
    week_ending date not null,
    cutoff_policy varchar not null,
    cutoff_at timestamp not null,
    track_id integer not null,
    split varchar not null,
    label_kind varchar not null,
    score double not null,
    probability double not null,
    rank integer not null,
);
comment on table ml.predictions is 'Scored candidates of the latest run; rank 1 is the predicted song of the week.';
comment on column ml.predictions.score is 'Log-odds: the intercept plus all contributions.';

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
