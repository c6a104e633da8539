-- Plays that were reported long after they were heard, and clocks of players that are not believed.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 1

{% from 'macros.sql' import ratio %}

with

yearly as (

    select
        fct_reported_plays.listener_id,
        cast(extract(year from fct_reported_plays.local_date) as varchar) as subject,
        count(*) as plays,
        count(*) filter (
            where fct_reported_plays.time_source = 'player'
            -- Of unknown length: by its start.
            and fct_reported_plays.played_at
            + coalesce(fct_reported_plays.ms_played, 0) * interval '0.001 seconds'
            < fct_reported_plays.reported_at - interval '1 hour'
        ) as late_plays,
        count(*) filter (
            where fct_reported_plays.time_source = 'report, player implausible'
        ) as refused_plays,
    from core.fct_reported_plays
    group by
        fct_reported_plays.listener_id,
        extract(year from fct_reported_plays.local_date)

)

select
    listener_id,
    'reported more than an hour later' as quality_check, -- what was looked for
    subject,                                -- the day, week or thing it was found in
    late_plays as cases,                    -- how many, in the unit that the meaning names
    {{ ratio('late_plays', 'plays') }} as cases_share, -- … of all there are; null: of no whole
    'records of this year that the player sent later, and that stand at the time it noted'
        as meaning,                         -- what the number counts
from yearly
where late_plays > 0
union all
select
    listener_id,
    'clock of the player not believed' as quality_check,
    subject,
    refused_plays as cases,
    {{ ratio('refused_plays', 'plays') }} as cases_share,
    'records of this year whose player noted an impossible time: they stand at that of the report'
        as meaning,
from yearly
where refused_plays > 0
