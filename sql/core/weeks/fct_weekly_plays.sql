-- What was played in each week up to its cut-off, and in the whole week for later weeks to see.
--
-- grain: listener_id, week_ending, cutoff_policy, track_id
-- audit: plays <= whole_week_plays
-- audit: last_day_plays <= last_2_days_plays and last_2_days_plays <= plays

with

-- By day first: counting distinct days in one grouping is far slower.
daily as (

    select
        fct_plays.listener_id,
        fct_plays.week_ending,
        dim_cutoffs.cutoff_policy,
        fct_plays.track_id,
        fct_plays.artist_id,
        fct_plays.week_number,
        dim_cutoffs.cutoff_at,
        date_diff('day', fct_plays.local_date, fct_plays.week_ending) as days_to_end,
        count(*) as whole_plays,
        count(*) filter (where fct_plays.played_at < dim_cutoffs.cutoff_at) as plays,
        max(fct_plays.played_at) filter (where fct_plays.played_at < dim_cutoffs.cutoff_at)
            as last_played_at,
    from core.fct_plays
    inner join core.dim_cutoffs using (listener_id, week_ending)
    where fct_plays.is_in_training
    group by
        fct_plays.listener_id,
        fct_plays.week_ending,
        dim_cutoffs.cutoff_policy,
        fct_plays.track_id,
        fct_plays.artist_id,
        fct_plays.week_number,
        dim_cutoffs.cutoff_at,
        fct_plays.local_date

)

select
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    -- Each part in its place, as digits are: track (31 bits), policy (1), week (14), listener.
    ((cast(listener_id as bigint) * 16384 + week_number) * 2
        + case when cutoff_policy = 'decision' then 1 else 0 end) * 2147483648 + track_id
        as candidate_id,                                  -- the candidate's integer, by its key
    artist_id,
    week_number,
    cutoff_at,
    cast(sum(plays) as bigint) as plays,                  -- plays in the week before the cut-off
    count(*) filter (where plays > 0) as active_days,     -- days of the week with such a play
    -- A track silent on the last days was played 0 times on them.
    cast(coalesce(sum(plays) filter (where days_to_end <= 1), 0) as bigint)
        as last_2_days_plays,                             -- plays on the last two days of the week
    cast(coalesce(sum(plays) filter (where days_to_end = 0), 0) as bigint)
        as last_day_plays,                                -- plays on the last day of the week
    max(last_played_at) as last_played_at,                -- UTC; null: only after the cut-off
    cast(sum(whole_plays) as bigint) as whole_week_plays, -- all plays of the week; only for rows
                                                          -- of later weeks to see
from daily
group by
    listener_id,
    week_ending,
    cutoff_policy,
    track_id,
    artist_id,
    week_number,
    cutoff_at
