-- What is known of a play when it starts: why and on what, and in which country.
--
-- grain:  listener_id, play_number
-- cutoff: play_number

select
    listener_id,
    play_number,
    play_id,
    reason_start,    -- why it began: trackdone, fwdbtn, clickrow, …
    platform_family,
    country,
    is_shuffle,      -- the player was on shuffle
    is_offline,      -- the player was offline
from core.fct_outcomes
