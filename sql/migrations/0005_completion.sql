-- Completion of plays: settings of attribution, scores of plays, models as texts.
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

alter table ml.predictions alter column week_ending drop not null;
alter table ml.predictions alter column cutoff_policy drop not null;
alter table ml.predictions alter column cutoff_at drop not null;
alter table ml.predictions alter column rank drop not null;
alter table ml.predictions add column task varchar;
alter table ml.predictions add column source varchar;
alter table ml.predictions add column reported_at timestamp;
alter table ml.predictions add column track_name_id integer;
alter table ml.predictions add column ordinal integer;
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
