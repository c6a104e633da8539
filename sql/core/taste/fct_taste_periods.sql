-- What a listener heard of each artist in each 13 weeks, so that any past instant can add it up.
--
-- grain: listener_id, artist_id, period_number
-- audit: plays > 0
-- audit: late_night_plays <= plays
-- audit: weekend_plays <= plays

{% from 'macros.sql' import days_between, exact_sum, weekday %}
{% from 'macros_taste.sql' import decayed, half_lives, period_days %}

with

numbered as (

    select
        listener_id,
        artist_id,
        played_at,
        date_diff('day', date '1900-01-07', cast(played_at as date)) // {{ period_days }}
            as period_number,
        extract(hour from local_at) as local_hour,
        {{ weekday('local_date') }} as local_weekday,
        date_diff(
            'day',
            cast(lag(played_at) over by_artist as date),
            cast(played_at as date)
        ) as gap_days,
    from core.fct_plays
    where is_in_training
    window
        by_artist as (
            partition by listener_id, artist_id
            order by played_at, play_id
        )

),

dated as (

    select
        *,
        {{ days_between(
            'played_at',
            "cast(date '1900-01-07' + cast(%s * (period_number + 1) as integer) as timestamp)"
                % period_days
        ) }} as days_before_end,
    from numbered

)

select
    listener_id,
    artist_id,
    period_number,                        -- 13 weeks, counted from 1900
    count(*) as plays,                    -- in them
    count(*) filter (where local_hour >= 23 or local_hour <= 4)
        as late_night_plays,              -- begun from 23:00 to 04:59, local
    count(*) filter (where local_weekday in (0, 6))
        as weekend_plays,                 -- on a Saturday or Sunday, local
    min(played_at) as first_at,           -- UTC
    max(played_at) as last_at,            -- UTC
    count(gap_days) as gaps_count,        -- plays that follow an earlier one of the artist
    -- Most plays follow another one; the first gap is of the artist's second play.
    cast(coalesce(sum(gap_days), 0) as bigint)
        as gap_days,                      -- between them, whole days
    cast(coalesce(sum(gap_days * gap_days), 0) as bigint)
        as gap_days_squared,              -- the sum of their squares
    {% for half_life in half_lives %}
    {{ exact_sum(decayed('days_before_end', half_life)) }}
        as decayed_{{ half_life }}d_plays, -- as of their end, halved every {{ half_life }} days
    {% endfor %}
from dated
group by listener_id, artist_id, period_number
