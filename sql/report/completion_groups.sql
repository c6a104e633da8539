-- How many plays of temp.report_plays were completed, by hour, artist, platform, month and more.
--
-- What was said counts of plays that the model was not fitted on (scored_plays). Plays of a session
-- are alike, so an interval is over sessions: squares is the sum over sessions
-- of the squared difference between its completed plays and those expected of it.

{% from 'macros.sql' import ratio %}

with

labelled as (

    select
        session_number,
        is_completed,
        case when split = 'test' then probability end as probability,
        unnest([
            {'kind': 'hour', 'name': cast(start_hour as varchar)},
            {'kind': 'month', 'name': cast(start_month as varchar)},
            {'kind': 'artist', 'name': artist_name},
            {'kind': 'platform', 'name': platform_family},
            {'kind': 'place', 'name': case
                when session_place = 1 then '1'
                when session_place <= 5 then '2–5'
                when session_place <= 10 then '6–10'
                when session_place <= 20 then '11–20'
                when session_place <= 50 then '21–50'
                else '51+'
            end},
            {'kind': 'said', 'name': case
                when split = 'test'
                    then cast(cast(least(floor(probability * 10), 9) as integer) as varchar)
            end},
        ], recursive := true),
    from temp.report_plays
    where is_completed is not null

),

by_session as (

    select
        kind,
        name,
        session_number,
        count(*) as plays,
        count(*) filter (where is_completed) as completed_plays,
        count(probability) as scored_plays,
        sum(probability) as probabilities,
    from labelled
    where name is not null
    group by kind, name, session_number

),

with_rate as (

    select
        *,
        {{ ratio('sum(completed_plays) over of_group', 'sum(plays) over of_group') }} as rate,
    from by_session
    window
        of_group as (partition by kind, name)

)

select
    kind,
    name,
    cast(sum(plays) as bigint) as plays,
    cast(sum(completed_plays) as bigint) as completed,
    count(*) as sessions,
    min(rate) as rate,
    cast(sum(scored_plays) as bigint) as scored_plays,
    {{ ratio('sum(probabilities)', 'sum(scored_plays)') }} as said,
    sum(pow(completed_plays - rate * plays, 2)) as squares,
from with_rate
group by kind, name
order by kind, plays desc, name
