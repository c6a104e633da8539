-- What the latest training said of the tracks that it had not learned from, beside what they are.
--
-- $catalogue.
select
    predictions.value as said,
    predictions.low,
    predictions.high,
    cast(training_popularity.popularity as double) as truth,
    dim_tracks.artist_name,
    dim_tracks.track_name,
from ml.predictions
inner join marts.training_popularity using (catalogue, track_id)
inner join core.dim_tracks
    on predictions.track_id = dim_tracks.track_id
where
    predictions.predictor = 'popularity'
    and predictions.task = 'untrimmed_grouped'
    and predictions.catalogue = $catalogue
    and predictions.split = 'test'
order by predictions.track_id
