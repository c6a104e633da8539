-- Who is credited with a track, and rules about one play.
alter table raw.listener_settings add column artist_credits varchar default 'first';

create table raw.credits (
    track_name_id integer not null,
    artist_name_id integer not null,
    position integer not null check (position >= 1),
    is_guest boolean not null,
    stated_by varchar not null,
);
comment on table raw.credits is 'Which artists the spelling of a track names, or a service does beside it; each statement once.';
comment on column raw.credits.stated_by is 'A service; name: the text of the artist or the title says so (feat.).';

alter table raw.rules rename to rules_12;

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

insert into raw.rules by name from raw.rules_12;
drop table raw.rules_12;
