-- How much, since when, how regularly and at what hours an artist was heard before the instant.
--
-- grain:  listener_id, cutoff_at, artist_id
-- cutoff: cutoff_at
-- audit:  last_play_days >= 0
-- audit:  late_night_share between 0 and 1
-- audit:  weekend_share between 0 and 1

{% from 'macros.sql' import days_between, ratio %}
{% from 'macros_taste.sql' import half_lives %}

with

deviating as (

    select
        *,
        -- Of whole days between plays one after another: the sample deviation, of two gaps or more.
        case
            when gaps_count > 1
                then sqrt(greatest(
                    0e0,
                    {{ ratio(
                        'gaps_count * gap_days_squared - gap_days * gap_days',
                        'gaps_count * (gaps_count - 1)'
                    ) }}
                ))
        end as gap_deviation_days,
    from core.fct_taste_artists

)

select
    fct_taste_candidates.listener_id,
    fct_taste_candidates.cutoff_at,
    fct_taste_candidates.artist_id,  -- one that was heard, or is to be found
    -- Who was never heard has no play.
    coalesce(deviating.total_plays, 0) as total_plays,   -- ever before
    coalesce(deviating.recent_plays, 0) as recent_plays, -- in the last 13 weeks
    coalesce(deviating.year_plays, 0) as year_plays,     -- in the last 52 weeks
    {% for half_life in half_lives %}
    -- Likewise.
    coalesce(deviating.decayed_{{ half_life }}d_plays, 0e0)
        as decayed_{{ half_life }}d_plays,               -- each halved after {{ half_life }} days
    {% endfor %}
    {{ ratio('deviating.decayed_30d_plays', 'deviating.decayed_365d_plays') }}
        as momentum_ratio,                         -- of the weight after a year's half-life
    {{ days_between('deviating.last_at', 'fct_taste_candidates.cutoff_at') }}
        as last_play_days,                         -- since the last play
    {{ days_between('deviating.first_at', 'fct_taste_candidates.cutoff_at') }}
        as first_play_days,                        -- since the first one
    -- Likewise.
    13 * coalesce(deviating.periods_count, 0)
        as heard_weeks,                            -- in units of 13 with a play
    {{ ratio('deviating.late_night_plays', 'deviating.total_plays') }}
        as late_night_share,                       -- of the plays; from 23:00 to 04:59, local
    {{ ratio('deviating.weekend_plays', 'deviating.total_plays') }}
        as weekend_share,                          -- of the plays; Saturday and Sunday, local
    deviating.gap_deviation_days,                            -- of the whole days between its plays
    -- Of fewer than three plays there is nothing regular (SYSTEMS D.3).
    coalesce({{ ratio('1', '1e0 + deviating.gap_deviation_days') }}, 0e0)
        as consistency_ratio,                      -- 1: equal gaps, towards 0: any
from core.fct_taste_candidates
left join deviating using (listener_id, cutoff_at, artist_id)
