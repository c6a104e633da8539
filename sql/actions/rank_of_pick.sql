-- Where a song stands in what is predicted for a week, of how many; and its plays in that week.
--
-- $listener, $week_ending, and the keys $artist and $work of the song.

with

meant as (

    select
        dim_tracks.track_id,
    from core.dim_tracks
    where
        dim_tracks.artist_loose_key = $artist
        and dim_tracks.work_key = $work

),

whose as (

    select
        listener_id,
    from core.dim_listeners
    where listener = $listener

),

heard as (

    select
        count(*) as week_plays,
    from core.fct_plays
    inner join whose using (listener_id)
    inner join meant using (track_id)
    where fct_plays.week_ending = $week_ending

),

weeks as (

    select
        count(*) as weeks,
    from core.dim_weeks
    inner join whose using (listener_id)
    where dim_weeks.week_ending = $week_ending

),

predicted as (

    select
        predictions.track_id,
        predictions.rank,
        predictions.probability,
        count(*) over in_week as candidates,
    from ml.predictions
    inner join whose using (listener_id)
    where
        predictions.predictor = 'week_favorite'
        and predictions.week_ending = $week_ending
    window
        in_week as (partition by predictions.cutoff_policy, predictions.model)

),

placed as (

    select
        min(predicted.rank) as rank,
        min_by(predicted.probability, predicted.rank) as probability,
        min_by(predicted.candidates, predicted.rank) as candidates,
    from predicted
    inner join meant using (track_id)

)

select
    heard.week_plays,
    weeks.weeks,
    placed.rank,
    placed.probability,
    placed.candidates,
from heard
cross join weeks
cross join placed
