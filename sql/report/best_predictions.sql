-- The best of what the latest run of a predictor says, the newest first, with what adds most to it.
--
-- $predictor, $listener_id (null: of anybody or nobody), $most.

with

predicted as (

    select
        *,
        row_number() over newest_first as place,
    from ml.predictions
    where
        predictor = $predictor
        and ($listener_id is null or listener_id is null or listener_id = $listener_id)
    window
        newest_first as (
            order by
                split = 'new' desc,
                week_ending desc,
                reported_at desc,
                rank,
                score desc,
                artist_id,
                track_id
        )
    qualify row_number() over newest_first <= $most

),

reasons as (

    select
        predicted.place,
        list(
            contributions.feature order by abs(contributions.contribution) desc
        ) as reasons,
    from predicted
    inner join ml.contributions
        on
            predicted.run_id = contributions.run_id
            and predicted.predictor = contributions.predictor
            and predicted.task = contributions.task
            and predicted.target = contributions.target
            and predicted.model = contributions.model
            and predicted.listener_id is not distinct from contributions.listener_id
            and predicted.week_ending is not distinct from contributions.week_ending
            and predicted.cutoff_policy is not distinct from contributions.cutoff_policy
            and predicted.catalogue is not distinct from contributions.catalogue
            and predicted.artist_id is not distinct from contributions.artist_id
            and predicted.track_id is not distinct from contributions.track_id
            and predicted.reported_at is not distinct from contributions.reported_at
            and predicted.ordinal is not distinct from contributions.ordinal
    where contributions.feature <> '(intercept)'
    group by predicted.place

)

select
    predicted.* exclude (place),
    dim_listeners.listener,
    coalesce(dim_tracks.artist_name, dim_artists.artist_name) as artist_name, -- no track: its own
    dim_tracks.track_name,
    reasons.reasons,
from predicted
left join core.dim_listeners using (listener_id)
left join core.dim_tracks
    on predicted.track_id = dim_tracks.track_id
left join core.dim_artists
    on predicted.artist_id = dim_artists.artist_id
left join reasons using (place)
order by predicted.place
