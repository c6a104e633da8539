-- What the log holds, when it was last built whole, and what was trained when.

with

plays as (

    select
        count(*) as plays,
        cast(min(played_at) as date) as first_day,
        cast(max(played_at) as date) as last_day,
    from raw.plays

),

picks as (

    select
        count(*) as picks,
    from raw.picks

),

built as (

    select
        max(builds.built_at) as built_at,
    from ml.builds
    inner join ml.model_timings using (build_id)
    -- A training builds some tables anew, and not this one.
    where model_timings.model = 'core.fct_plays'

),

trained as (

    select
        max(runs.created_at) as trained_at,
        string_agg(distinct runs.predictor, ', ' order by runs.predictor) as trained,
    from ml.runs
    semi join ml.models using (run_id, predictor)

)

select
    plays.plays,
    plays.first_day,
    plays.last_day,
    picks.picks,
    built.built_at,
    trained.trained_at,
    trained.trained,
from plays
cross join picks
cross join built
cross join trained
