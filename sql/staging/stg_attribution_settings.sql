-- How each listener who shares an account tells their own sessions.
--
-- grain: listener_id

select
    listener_id,
    home_country,        -- as the source has it
    primary_platforms,   -- families or texts of the source, with commas all around
    driving_hints,       -- likewise, of a car
    hour_from,           -- first local hour in which a session of theirs begins
    hour_to,             -- last such hour; a smaller one than the first is of the next day
    affinity_top_n,      -- how many of the artists most played at home are theirs
    affinity_min_ratio,  -- least share of a session's plays that is by those
    min_session_score,   -- least score of a session that is kept
    requires_country as is_country_required, -- no session of another country is kept
    weight_country,      -- what each match adds to the score of a session
    weight_platform,     -- likewise
    weight_hour,         -- likewise
    weight_affinity,     -- likewise
    weight_driving,      -- likewise
    min_kept_plays,      -- with fewer plays kept no session is left out
from raw.attribution_settings
