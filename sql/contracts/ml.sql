-- Tables that train and build write.

create schema if not exists ml;

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
    target varchar not null,
    created_at timestamp not null,
    as_of timestamp not null,
    seconds double not null,
    data_sha256 varchar not null,
    settings json not null,
    splits json not null,
    versions json not null,
);
comment on table ml.runs is 'Every training run: settings, data fingerprint, split boundaries, library versions.';
comment on column ml.runs.task is 'What is fitted; of several their names, with commas between.';
comment on column ml.runs.target is 'What is predicted, such as favorite or completed; of several likewise.';

create table ml.metrics (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    target varchar not null,
    label_kind varchar,
    model varchar not null,
    is_default boolean not null,
    listener_id integer,
    cohort varchar not null,
    cutoff_policy varchar,
    split varchar not null,
    metric varchar not null,
    value double,
    n bigint not null,
    low double,
    high double,
    catalogue varchar,
);
comment on table ml.metrics is 'One number a row, for models and baselines alike; low and high bound 95 %.';
comment on column ml.metrics.listener_id is 'Null: pooled over all listeners, or about nobody.';
comment on column ml.metrics.catalogue is 'What was learned from, where that is a catalogue and no listener''s history; likewise elsewhere.';
comment on column ml.metrics.label_kind is 'pick: a favourite the listener named; proxy: derived from later plays; null: as recorded.';
comment on column ml.metrics.split is 'train, validation, test, rolling, or how else a predictor divides its rows.';

create table ml.models (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    target varchar not null,
    model varchar not null,
    is_default boolean not null,
    listener_id integer,
    cutoff_policy varchar,
    label_kind varchar,
    threshold double,
    has_converged boolean not null,
    hyperparameters json not null,
    link varchar not null check (link in ('logit', 'softmax', 'identity')),
    catalogue varchar,
);
comment on table ml.models is 'Each fitted model of a run with its threshold and hyperparameters.';
comment on column ml.models.link is 'From score to probability: each row by itself (logit), within its group (softmax), or none: the score is the value (identity).';

create table ml.parameters (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    target varchar not null,
    model varchar not null,
    listener_id integer,
    cutoff_policy varchar,
    feature varchar not null,
    level varchar,
    coefficient double not null,
    center double,
    scale double,
    impute double,
    transform varchar check (transform = 'log1p'),
    catalogue varchar,
);
comment on table ml.parameters is 'Coefficients with the centring, scaling and imputation that belong to them.';
comment on column ml.parameters.center is 'Null, as scale: mean and deviation of the group''s own candidates, such as a week''s.';
comment on column ml.parameters.transform is 'log1p: sign(x) * ln(1 + |x|) before standardising; null: none.';
comment on column ml.parameters.level is 'The value of a text feature; null for a number; ''(other)'' for rare ones.';

create table ml.artifacts (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    target varchar not null,
    model varchar not null,
    listener_id integer,
    cutoff_policy varchar,
    format varchar not null,
    content varchar not null,
    sha256 varchar not null,
    catalogue varchar,
);
comment on table ml.artifacts is 'A model that is no table of coefficients, as the text of its own library.';
comment on column ml.artifacts.listener_id is 'Null: for all listeners.';

create table ml.arrays (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    target varchar not null,
    model varchar not null,
    listener_id integer,
    cutoff_policy varchar,
    array_name varchar not null,
    element_type varchar not null,
    shape integer[] not null,
    content blob not null,
    sha256 varchar not null,
    catalogue varchar,
);
comment on table ml.arrays is 'The matrices of a scorer that answers without being fitted again; of the latest run alone.';
comment on column ml.arrays.element_type is 'As NumPy writes it, such as <f4; the content is in the order of C.';

create table ml.predictions (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    target varchar not null,
    model varchar not null,
    label_kind varchar,
    listener_id integer,
    week_ending date,
    cutoff_policy varchar,
    cutoff_at timestamp,
    artist_id integer,
    track_id integer,
    source varchar,
    reported_at timestamp,
    track_name_id integer,
    ordinal integer,
    split varchar not null,
    score double not null,
    probability double,
    value double,
    low double,
    high double,
    rank integer,
    catalogue varchar,
);
comment on table ml.predictions is 'What the latest run of a predictor says of each song of a week, play, artist or track.';
comment on column ml.predictions.score is 'The intercept plus all contributions: log-odds, or by ml.models.link the value itself.';
comment on column ml.predictions.probability is 'Null where a value is predicted.';
comment on column ml.predictions.value is 'What is predicted of a number; low and high bound 95 %.';
comment on column ml.predictions.rank is '1 is the best of its group, such as the song of the week; null where nothing is ranked.';
comment on column ml.predictions.task is 'Of a play such as pre_play, which knows what is known when it starts.';
comment on column ml.predictions.source is 'Of a play, with the next three and listener_id: its key in core.fct_plays.';

create table ml.contributions (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    target varchar not null,
    model varchar not null,
    listener_id integer,
    week_ending date,
    cutoff_policy varchar,
    artist_id integer,
    track_id integer,
    source varchar,
    reported_at timestamp,
    track_name_id integer,
    ordinal integer,
    feature varchar not null,
    level varchar,
    value double,
    contribution double not null,
    catalogue varchar,
);
comment on table ml.contributions is 'What each feature adds to the score of a top candidate, in the unit of the score.';

create table ml.ledger (
    predicted_at timestamp not null,
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    target varchar not null,
    model varchar not null,
    listener_id integer,
    listener varchar,
    week_ending date,
    cutoff_policy varchar,
    cutoff_at timestamp,
    artist_id integer,
    track_id integer,
    source varchar,
    reported_at timestamp,
    track_name_id integer,
    ordinal integer,
    artist_name varchar,
    track_name varchar,
    artist_key varchar,
    track_key varchar,
    probability double,
    value double,
    low double,
    high double,
    rank integer not null,
    is_backfill boolean not null,
    catalogue varchar,
);
comment on table ml.ledger is 'Append-only: what was predicted, when; is_backfill if its truth was known by then.';
