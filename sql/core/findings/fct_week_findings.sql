-- Holes in a listener's log, weeks that nothing is learned from, and picks that fit no week.
--
-- Over 80 lines: one branch for each finding, each with its words.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 1

{% from 'macros.sql' import ratio %}

with

weeks as (

    select
        dim_weeks.listener_id,
        dim_weeks.is_complete,
        fct_week_labels.track_id is not null as has_pick,
        case
            when dim_weeks.has_gap then 'a gap reaches into it'
            else 'the log begins or ends in it'
        end as reason,
        count(*) over by_listener as all_weeks,
    from core.dim_weeks
    left join core.fct_week_labels
        on
            dim_weeks.listener_id = fct_week_labels.listener_id
            and dim_weeks.week_ending = fct_week_labels.week_ending
            and fct_week_labels.label_kind = 'pick'
    where dim_weeks.listened_plays > 0
    window
        by_listener as (partition by dim_weeks.listener_id)

)

select
    listener_id,
    'gap in the log' as quality_check,     -- what was looked for
    cast(cast(gap_starts_at as date) as varchar) as subject, -- the thing it was found in
    cast(floor(gap_days) as bigint) as cases, -- how many, in the unit that the meaning names
    cast(null as double) as cases_share,   -- … of all there are; null: of no whole
    'days without a play from this date' as meaning, -- what the number counts
from core.fct_log_gaps
union all
select
    listener_id,
    'week left out of training' as quality_check,
    reason as subject,
    count(*) as cases,
    {{ ratio('count(*)', 'max(all_weeks)') }} as cases_share,
    'weeks with plays from which nothing is learned, for this reason' as meaning,
from weeks
where not is_complete
group by listener_id, reason
union all
select
    listener_id,
    'pick left out of training' as quality_check,
    reason as subject,
    count(*) as cases,
    cast(null as double) as cases_share,
    'such weeks of which a favourite was named' as meaning,
from weeks
where not is_complete and has_pick
group by listener_id, reason
union all
select
    listener_id,
    'pick never played' as quality_check,
    cast(week_ending as varchar) as subject,
    count(*) as cases,
    cast(null as double) as cases_share,
    'picks of this week not among the plays that count; see marts.unmatched_picks' as meaning,
from core.fct_pick_matches
where match_method = 'none' and is_for_labels
group by listener_id, week_ending
union all
select
    listener_id,
    'pick of an excluded song' as quality_check,
    cast(week_ending as varchar) as subject,
    count(*) as cases,
    cast(null as double) as cases_share,
    'picks of this week whose plays a rule keeps out of training' as meaning,
from core.fct_pick_matches
where match_method = 'excluded' and is_for_labels
group by listener_id, week_ending
union all
select
    listener_id,
    'more than one pick for a week' as quality_check,
    cast(week_ending as varchar) as subject,
    count(distinct track_id) - 1 as cases,
    cast(null as double) as cases_share,
    'further songs named for this week; core.fct_week_labels has the one that counts' as meaning,
from core.fct_pick_matches
where is_for_labels
group by listener_id, week_ending
having count(distinct track_id) > 1
union all
select
    listener_id,
    'pick outside the log' as quality_check,
    cast(week_ending as varchar) as subject,
    count(*) as cases,
    cast(null as double) as cases_share,
    'picks of this week, which is not in the log: import its plays' as meaning,
from core.fct_pick_matches
anti join core.dim_weeks using (listener_id, week_ending)
where is_for_labels
group by listener_id, week_ending
