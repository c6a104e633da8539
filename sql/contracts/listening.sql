-- Tables that ingest writes, of what listeners did and said; catalogues.sql has those of artists and
-- songs, ml.sql what train and build write.
-- Version 14. A change here comes with a file in sql/migrations/ that brings older files to it.
-- Times are naive UTC. No primary keys: writers anti-join on the natural key; the grain of the staging
-- view, or sql/audits/, checks it where a copy would count twice.

create schema if not exists raw;

create table raw.schema_version (
    version integer not null,
    applied_at timestamp not null,
);
comment on table raw.schema_version is 'Which version of sql/contracts this file has; the largest counts.';

create table raw.last_ids (
    table_name varchar not null,
    last_id bigint not null,
);
comment on table raw.last_ids is 'The largest number ever given in a table whose rows were forgotten: no number is given twice.';

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
    charts_by varchar not null default 'track' check (charts_by in ('track', 'work')),
    artist_credits varchar not null default 'first' check (artist_credits in ('first', 'all')),
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
    reading varchar,
    last_at timestamp,
    check (rows_read = rows_kept + rows_known + rows_rejected),
);
comment on table raw.imports is 'The receipt of every imported file: rows read = kept + known + rejected.';
comment on column raw.imports.reading is 'JSON: how the file was said to be read; null: as its content tells.';
comment on column raw.imports.last_at is 'The last stamp of its plays; of two exports that tell a play otherwise, the one with the later is newer.';

create table raw.rejects (
    import_id integer not null,
    line bigint,
    reason varchar not null,
    record varchar,
);
comment on table raw.rejects is 'Records that were read and not kept, with the reason and the line or index; of equal files once.';

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

create table raw.credits (
    track_name_id integer not null,
    artist_name_id integer not null,
    position integer not null check (position >= 1),
    is_guest boolean not null,
    stated_by varchar not null,
);
comment on table raw.credits is 'Which artists the spelling of a track names, or a service does beside it; each statement once.';
comment on column raw.credits.stated_by is 'A service; name: the text of the artist or the title says so (feat.).';

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
    superseded_by integer,
    check (content_type in ('track', 'podcast', 'audiobook', 'video')),
);
comment on table raw.plays is 'One row per play as a source reported it; natural key: the first five columns.';
comment on column raw.plays.platform is 'Family and form of the player, such as ''android tablet''; never a model or a name.';
comment on column raw.plays.ordinal is '0, 1, … among equal plays with the same source and time.';
comment on column raw.plays.content_type is 'Of a podcast the artist is the show, of an audiobook the book.';
comment on column raw.plays.skipped is 'As the source says it; null where it does not say.';
comment on column raw.plays.duration_ms is 'Length of the recording as the source states it; null when unknown, never 0.';
comment on column raw.plays.is_private is 'Played in a private (incognito) session.';
comment on column raw.plays.offline_at is 'When the player noted that the play began; where that can be, it is the time of the play.';
comment on column raw.plays.superseded_by is 'The import that tells the play otherwise (a corrected name); null: it counts.';

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
    recording_mbid varchar,
    isrc varchar,
);
comment on table raw.picks is 'Songs named as favourite of a week; week_ending only where the listener said it.';

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
    play_source varchar,
    play_reported_at timestamp,
    play_ordinal integer,
    check (rule in ('alias', 'separate', 'exclude', 'count', 'fix')),
    check (scope in ('artist', 'album', 'track', 'playlist', 'dates', 'plays', 'play')),
    check (purpose in ('charts', 'training', 'all')),
);
comment on table raw.rules is 'What the listeners say of names and plays; a rule is taken back, never deleted.';
comment on column raw.rules.listener_id is 'Null: for all listeners.';
comment on column raw.rules.name_id is 'A spelling; the rule is for all with its strict keys.';
comment on column raw.rules.target_name_id is 'Of an alias: the spelling that is meant and shown.';
comment on column raw.rules.from_date is 'First local day of the plays it is for; null: from the beginning.';
comment on column raw.rules.to_date is 'Last such day; null: to the end.';
comment on column raw.rules.play_reported_at is 'With listener, source, spelling and ordinal the one play that a rule is about; null: of others.';

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

create table raw.ratings (
    listener_id integer not null,
    rated_at timestamp not null,
    artist_name_id integer not null,
    rank integer not null check (rank between 1 and 10),
);
comment on table raw.ratings is 'Artists of the survey in a listener''s order; only ever added, of each listener the last answer counts.';
comment on column raw.ratings.rated_at is 'One instant for all ranks of an answer.';
comment on column raw.ratings.rank is '1 is the favourite.';

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
