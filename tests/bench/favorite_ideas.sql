-- Features that tests/bench/favorite_ideas.py tried: plays of each week before its cut-off.

with

ordered as (

    select
        *,
        lag(played_at) over (partition by listener_id order by played_at, track_id) as previous_at,
    from core.fct_plays

),

sessions as (

    select
        *,
        coalesce(date_diff('second', previous_at, played_at) > 1800, true) as is_start,
        sum(cast(coalesce(date_diff('second', previous_at, played_at) > 1800, true) as integer))
            over (partition by listener_id order by played_at, track_id) as session_number,
    from ordered

),

candidates as (

    select listener_id, week_ending, cutoff_policy, track_id, cutoff_at,
    from core.fct_weekly_plays
    where plays > 0

),

heard as (

    select
        candidates.*,
        date_diff('second', sessions.played_at, candidates.cutoff_at) / 3600e0 as hours,
        sessions.session_number,
        sessions.is_start,
        sessions.local_date,
        sessions.album_id,
    from candidates
    inner join sessions using (listener_id, week_ending, track_id)
    where sessions.played_at < candidates.cutoff_at

),

in_week as (

    select
        listener_id, week_ending, cutoff_policy, track_id,
        count(*) filter (where hours < 24) as last_24h_plays,
        count(*) filter (where hours < 72) as last_72h_plays,
        avg(hours) as mean_hours,
        max(hours) as max_hours,
        sum(exp(-hours * ln(2) / 48)) as decayed_2d_plays,
        count(distinct session_number) as sessions_count,
        count(*) filter (where is_start) as session_starts,
        max(album_id) as album_id,
    from heard
    group by all

),

by_day as (

    select listener_id, week_ending, cutoff_policy, track_id, local_date, count(*) as plays,
    from heard
    group by all

),

busiest as (

    select listener_id, week_ending, cutoff_policy, track_id, max(plays) as max_day_plays,
    from by_day
    group by all

),

albums as (

    select
        listener_id, week_ending, cutoff_policy, album_id,
        count(*) as album_week_plays,
        count(distinct track_id) as album_week_tracks,
    from heard
    where album_id is not null
    group by all

),

activation as (

    -- Base-level activation of ACT-R (Anderson 1991): old plays fade by a power of their age.
    select
        candidates.listener_id, candidates.week_ending, candidates.cutoff_policy,
        candidates.track_id,
        ln(sum(power(greatest(date_diff('second', fct_plays.played_at, cutoff_at) / 3600e0, 1), -0.5)))
            as activation_d50,
        ln(sum(power(greatest(date_diff('second', fct_plays.played_at, cutoff_at) / 3600e0, 1), -0.86)))
            as activation_d86,
    from candidates
    inner join core.fct_plays using (listener_id, track_id)
    where fct_plays.played_at < candidates.cutoff_at
    group by all

)

select
    in_week.* exclude (album_id),
    max_day_plays,
    album_week_plays,
    album_week_tracks,
    activation_d50,
    activation_d86,
from in_week
left join busiest using (listener_id, week_ending, cutoff_policy, track_id)
left join albums using (listener_id, week_ending, cutoff_policy, album_id)
left join activation using (listener_id, week_ending, cutoff_policy, track_id)
