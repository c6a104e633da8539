-- The artists that the latest run recommends a listener, and what makes each score. $listener_id.

select
    predictions.rank,
    dim_artists.artist_name as artist,
    predictions.artist_id,
    predictions.score,
    contributions.feature,
    contributions.contribution,
from ml.predictions
inner join core.dim_artists using (artist_id)
left join ml.contributions
    on
        predictions.run_id = contributions.run_id
        and predictions.predictor = contributions.predictor
        and predictions.listener_id = contributions.listener_id
        and predictions.artist_id = contributions.artist_id
where predictions.predictor = 'artists' and predictions.listener_id = $listener_id
order by predictions.rank, contributions.contribution desc, contributions.feature
