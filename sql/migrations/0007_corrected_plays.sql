-- A later export may tell a play under another name: the earlier record stays and counts no more.
alter table raw.plays add column superseded_by integer;
alter table raw.imports add column last_at timestamp;
update raw.imports
set
    last_at = (select max(played_at) from raw.plays where plays.import_id = imports.import_id);
comment on column raw.plays.superseded_by is 'The import that tells the play otherwise (a corrected name); null: it counts.';
comment on column raw.plays.offline_at is 'When the player noted that the play began; where that can be, it is the time of the play.';
comment on column raw.imports.last_at is 'The last stamp of its plays; of two exports that tell a play otherwise, the one with the later is newer.';
