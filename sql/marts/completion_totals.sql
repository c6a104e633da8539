-- How many plays of each listener say how they ended, and how many of them are their own.
--
-- grain: listener_id
-- audit: plays = known_outcome_plays + unknown_outcome_plays

{% from 'macros.sql' import ratio %}

select
    fct_outcomes.listener_id,
    count(*) as plays,                                                 -- of songs, by such sources
    count(fct_outcomes.is_completed) as known_outcome_plays,           -- plays whose end is known
    count(*) - count(fct_outcomes.is_completed) as unknown_outcome_plays, -- used for no rate
    count(*) filter (where fct_outcomes.is_completed) as completed_plays, -- heard to the end
    count(*) filter (where fct_outcomes.is_completed_loose)
        as loosely_completed_plays,                                    -- or nine tenths heard
    count(*) filter (where fct_outcomes.is_skipped_early) as early_skipped_plays, -- in 30 seconds
    {{ ratio(
        'count(*) filter (where fct_outcomes.is_completed)', 'count(fct_outcomes.is_completed)'
    ) }} as completion_rate,                                           -- of those with a known end
    count(*) filter (where fct_session_attribution.is_primary)
        as primary_plays,                                              -- of the listener's sessions
    min(fct_outcomes.ended_at) as first_ended_at,                      -- UTC; end of the first play
    max(fct_outcomes.ended_at) as last_ended_at,                       -- UTC; end of the last play
from core.fct_outcomes
inner join core.fct_session_plays using (play_id)
inner join core.fct_session_attribution
    on
        fct_outcomes.listener_id = fct_session_attribution.listener_id
        and fct_session_plays.session_number = fct_session_attribution.session_number
group by fct_outcomes.listener_id
