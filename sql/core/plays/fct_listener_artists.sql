-- How often each listener played each artist, in all and of late, and since when.
--
-- grain: listener_id, artist_id
-- audit: plays > 0
-- audit: decayed_plays <= plays + 1e-6

{% from 'macros.sql' import days_between %}

{% set per_day = '0.0077016353395549475e0' %}

select
    fct_plays.listener_id,
    fct_plays.artist_id,
    count(*) as plays,                                      -- those that training may see
    -- SYSTEMS D.2, F.4: ln(2) over 90 days.
    sum(
        exp(
            -{{ per_day }}
            * {{ days_between('fct_plays.played_at', 'stg_settings.as_of') }}
        )
    ) as decayed_plays,                                     -- one 90 days ago counts half
    min(fct_plays.played_at) as first_heard_at,             -- UTC
    max(fct_plays.played_at) as last_heard_at,              -- UTC
from core.fct_plays
cross join staging.stg_settings
where fct_plays.is_in_training and fct_plays.played_at < stg_settings.as_of
group by fct_plays.listener_id, fct_plays.artist_id
