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
