-- Each session of plays: when, how many, where, on what, and how many were completed.
--
-- Over 80 lines: the country and the platform of most plays are found alike, one after the other.
--
-- grain: listener_id, session_number
-- audit: plays > 0
-- audit: completed_plays <= known_outcome_plays and known_outcome_plays <= plays

{% from 'macros.sql' import ratio %}

with

session_plays as (

    select
        fct_outcomes.listener_id,
        fct_session_plays.session_number,
        fct_outcomes.play_number,
        fct_outcomes.played_at,
        fct_outcomes.ended_at,
        fct_outcomes.local_at,
        fct_outcomes.platform_family,
        fct_outcomes.is_completed,
        -- A country or platform that is not said is one of its own, as in system B.
        coalesce(fct_outcomes.country, 'unknown') as country,
        coalesce(fct_outcomes.platform, 'unknown') as platform,
    from core.fct_outcomes
    inner join core.fct_session_plays using (play_id)

),

countries as (

    select
        listener_id,
        session_number,
        country,
        count(*) as plays,
        min(play_number) as first_play_number,
    from session_plays
    group by listener_id, session_number, country

),

dominant_countries as (

    select
        listener_id,
        session_number,
        country,
    from countries
    window
        most_played_first as (
            partition by listener_id, session_number
            order by plays desc, first_play_number
        )
    qualify row_number() over most_played_first = 1

),

platforms as (

    select
        listener_id,
        session_number,
        platform,
        platform_family,
        count(*) as plays,
        min(play_number) as first_play_number,
    from session_plays
    group by listener_id, session_number, platform, platform_family

),

dominant_platforms as (

    select
        listener_id,
        session_number,
        platform,
        platform_family,
    from platforms
    window
        most_played_first as (
            partition by listener_id, session_number
            order by plays desc, first_play_number
        )
    qualify row_number() over most_played_first = 1

)

select
    session_plays.listener_id,
    session_plays.session_number,
    min(session_plays.played_at) as started_at, -- UTC; start of its first play
    max(session_plays.ended_at) as ended_at,    -- UTC; end of its last play
    -- Plays in order can start out of order; then the earliest start is as good.
    extract(hour from min(session_plays.local_at)) as start_hour, -- 0 to 23, the listener's clock
    count(*) as plays,                          -- of songs
    count(session_plays.is_completed) as known_outcome_plays, -- plays whose outcome is known
    count(*) filter (where session_plays.is_completed) as completed_plays, -- played to their end
    {{ ratio(
        'count(*) filter (where session_plays.is_completed)', 'count(session_plays.is_completed)'
    ) }} as completion_rate,                    -- completed ones of the known
    min(dominant_countries.country) as dominant_country, -- of most plays; of equals the first
    min(dominant_platforms.platform) as dominant_platform, -- likewise, as the source has it
    min(dominant_platforms.platform_family) as dominant_platform_family, -- and its family
from session_plays
inner join dominant_countries using (listener_id, session_number)
inner join dominant_platforms using (listener_id, session_number)
group by session_plays.listener_id, session_plays.session_number
