-- The last build that made each model, and that build's settings.
select
    model_timings.model,
    max(builds.built_at) as built_at,
    max_by(cast(builds.settings as varchar), builds.built_at) as settings,
from ml.model_timings
inner join ml.builds using (build_id)
group by model_timings.model
order by model_timings.model
