-- Rules of the listeners over names and plays, and names proposed as the same.
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
