-- What a listener had heard of each artist at each instant: the later a play, the more it weighs.
--
-- Exponential decay with fractional days, anchored at the instant.
--
-- grain: listener_id, cutoff_at, artist_id
-- audit: last_at < cutoff_at
-- audit: total_plays >= decayed_30d_plays

{% from 'macros.sql' import days_between, exact_sum %}
{% from 'macros_taste.sql' import decayed, half_lives, period_days %}

with

added as (

    select
        dim_taste_cutoffs.listener_id,
        dim_taste_cutoffs.cutoff_at,
        dim_taste_cutoffs.period_number as latest_period_number,
        fct_taste_periods.* exclude (listener_id),
        {{ days_between(
            "cast(date '1900-01-07' + cast(%s * (fct_taste_periods.period_number + 1) as integer)"
                " as timestamp)" % period_days,
            'dim_taste_cutoffs.cutoff_at',
        ) }} as days_since_end,
    from core.dim_taste_cutoffs
    inner join core.fct_taste_periods
        on
            dim_taste_cutoffs.listener_id = fct_taste_periods.listener_id
            and dim_taste_cutoffs.period_number >= fct_taste_periods.period_number

)

select
    listener_id,
    cutoff_at,
    artist_id,
    cast(sum(plays) as bigint) as total_plays, -- ever
    -- Without a play in these weeks there are none.
    cast(
        coalesce(sum(plays) filter (where period_number = latest_period_number), 0) as bigint
    ) as recent_plays,                  -- in the last 13 weeks
    -- Likewise.
    cast(
        coalesce(sum(plays) filter (where period_number > latest_period_number - 4), 0) as bigint
    ) as year_plays,                      -- in the last 52
    cast(sum(late_night_plays) as bigint) as late_night_plays,
    cast(sum(weekend_plays) as bigint) as weekend_plays,
    min(first_at) as first_at,            -- first play of the artist, UTC
    max(last_at) as last_at,              -- last play before the instant, UTC
    count(*) as periods_count,            -- 13 weeks with a play
    cast(sum(gaps_count) as bigint) as gaps_count,
    cast(sum(gap_days) as bigint) as gap_days,
    cast(sum(gap_days_squared) as bigint) as gap_days_squared,
    {% for half_life in half_lives %}
    {{ exact_sum(
        'decayed_%sd_plays * %s' % (half_life, decayed('days_since_end', half_life)), digits=30
    ) }} as decayed_{{ half_life }}d_plays, -- plays, each halved after every {{ half_life }} days
    {% endfor %}
from added
group by listener_id, cutoff_at, artist_id
