-- What the listeners say of names and plays, and have not taken back.
--
-- grain: rule_id

select
    rule_id,
    listener_id as rule_listener_id,  -- whose plays it is for; null: everybody's
    rule,                             -- alias, separate, exclude, count or fix
    scope as rule_scope,              -- artist, album, track, playlist, dates, plays or play
    name_id,
    target_name_id,                   -- of an alias: the spelling that is meant
    playlist as rule_playlist,        -- of an exclusion: every song on it
    counting,                         -- how plays are counted
    purpose as rule_purpose,          -- charts, training or all
    from_date as rule_from_date,      -- first local day of the plays; null: any
    to_date as rule_to_date,          -- last local day; null: any
    play_source as rule_source,       -- of one play: its service
    play_reported_at as rule_reported_at, -- its stamp
    play_ordinal as rule_ordinal,     -- its place among equal ones
from raw.rules
where removed_at is null
