-- Every week of each listener: its bounds, whether the log covers it, which is current.
--
-- Over 80 lines: whether a week is complete and whether it is current rest on the same facts.
--
-- grain: listener_id, week_ending
-- audit: listened_plays >= 0

with

played as (

    select
        listener_id,
        week_ending,
        count(*) as plays,
        max(played_at) as last_played_at,
    from core.fct_plays
    where is_in_training
    group by listener_id, week_ending

),

extents as (

    select
        listener_id,
        min(week_ending) as first_week_ending,
        max(week_ending) as last_week_ending,
    from played
    group by listener_id

),

-- A holiday or a hole in the log, nobody can tell: in such a week the plays are not all there.
gap_weeks as (

    select
        dim_week_bounds.listener_id,
        dim_week_bounds.week_ending,
        count(*) as gaps,
    from core.dim_week_bounds
    inner join core.fct_log_gaps
        on
            dim_week_bounds.listener_id = fct_log_gaps.listener_id
            and dim_week_bounds.starts_at < fct_log_gaps.gap_ends_at
            and dim_week_bounds.ends_at > fct_log_gaps.gap_starts_at
    group by dim_week_bounds.listener_id, dim_week_bounds.week_ending

),

covered as (

    select
        dim_week_bounds.listener_id,
        dim_week_bounds.week_ending,
        dim_week_bounds.week_number,
        dim_week_bounds.starts_at,
        dim_week_bounds.ends_at,
        dim_week_bounds.decision_at,
        -- No play is known to be none: the calendar goes on.
        coalesce(played.plays, 0) as listened_plays,
        -- The log begins and ends somewhere inside its first and its last week.
        dim_week_bounds.week_ending > extents.first_week_ending
            and dim_week_bounds.week_ending < extents.last_week_ending as is_within_log,
        gap_weeks.gaps is not null as has_gap,
        dim_week_bounds.week_ending = extents.last_week_ending as is_last,
        stg_settings.as_of < dim_week_bounds.ends_at as is_running,
        -- Within a week of its end the last week is still the one that is asked about.
        stg_settings.as_of < dim_week_bounds.ends_at + interval '7 days' as is_recent,
    from core.dim_week_bounds
    inner join extents using (listener_id)
    left join played using (listener_id, week_ending)
    left join gap_weeks using (listener_id, week_ending)
    cross join staging.stg_settings

),

ranked as (

    select
        *,
        row_number() over likeliest_first as current_rank,
    from covered
    window
        likeliest_first as (
            partition by listener_id
            order by
                is_last and is_recent desc,
                is_within_log and not has_gap and listened_plays > 0 desc,
                listened_plays > 0 desc,
                week_ending desc
        )

)

select
    listener_id,
    week_ending,
    week_number,
    starts_at,
    ends_at,
    decision_at,
    listened_plays,            -- all plays of the listener in the week
    has_gap,                   -- a stretch of two weeks without a play reaches into the week
    is_within_log and not has_gap as is_complete, -- the log reaches beyond both ends of the week,
                                                  -- without such a gap; else it teaches nothing
    is_running,                -- the week had not ended at the instant of the build
    current_rank = 1 as is_current, -- the running week, or the last complete one of an ended log
from ranked
