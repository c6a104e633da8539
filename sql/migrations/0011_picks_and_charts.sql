-- A favourite meets its plays by any id that its source states.
alter table raw.picks add column recording_mbid varchar;
alter table raw.picks add column isrc varchar;

-- A chart has a row for each track, or one for all versions of a work.
alter table raw.listener_settings add column charts_by varchar default 'track';
