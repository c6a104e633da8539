-- What was predicted for each week, what was picked, and whether the prediction was right.
--
-- Over 80 lines: what was said in time and what was not is chosen in one place.
--
-- grain: listener_id, week_ending, cutoff_policy, predictor, model

with

-- What was said in time counts: each model's last prediction before the pick.
timely as (

    select
        ledger.listener_id,
        ledger.week_ending,
        ledger.cutoff_policy,
        ledger.predictor,
        ledger.model,
        ledger.track_id,
        ledger.probability,
        ledger.run_id,
        false as is_backfill,
    from ml.ledger
    left join core.fct_week_labels
        on
            ledger.listener_id = fct_week_labels.listener_id
            and ledger.week_ending = fct_week_labels.week_ending
            and fct_week_labels.label_kind = 'pick'
    where
        ledger.rank = 1
        and ledger.week_ending is not null
        and not ledger.is_backfill
        and (
            fct_week_labels.labelled_at is null
            or ledger.predicted_at < fct_week_labels.labelled_at
        )
    window
        latest_first as (
            partition by
                ledger.listener_id,
                ledger.week_ending,
                ledger.cutoff_policy,
                ledger.predictor,
                ledger.model
            order by ledger.predicted_at desc, ledger.run_id desc
        )
    qualify row_number() over latest_first = 1

),

predicted as (

    select
        listener_id,
        week_ending,
        cutoff_policy,
        predictor,
        model,
        track_id,
        probability,
        run_id,
        is_backfill,
    from timely
    union all
    -- For weeks of which nothing was said in time: the latest run, which did not learn from them.
    select
        predictions.listener_id,
        predictions.week_ending,
        predictions.cutoff_policy,
        predictions.predictor,
        predictions.model,
        predictions.track_id,
        predictions.probability,
        predictions.run_id,
        true as is_backfill,
    from ml.predictions
    inner join ml.models using (run_id, predictor, model, listener_id, cutoff_policy)
    anti join timely using (predictor, listener_id, week_ending, cutoff_policy)
    where
        predictions.predictor = 'week_favorite'
        and predictions.rank = 1
        and models.is_default

),

labels as (

    select
        listener_id,
        week_ending,
        label_kind,
        track_id,
    from core.fct_week_labels
    window
        picks_first as (partition by listener_id, week_ending order by label_kind)
    qualify row_number() over picks_first = 1

)

select
    predicted.listener_id,                                   -- the listener's integer
    predicted.week_ending,                                   -- date on which the week ends
    predicted.cutoff_policy,                                 -- to the end of the week, or the pick
    predicted.predictor,                                     -- what is predicted: week_favorite
    predicted.model,                                         -- the model that predicted it
    dim_listeners.listener,
    predicted.track_id as predicted_track_id,                -- the song that was ranked first
    -- Of a song not heard since, the name that most records have.
    coalesce(predicted_names.artist_name, predicted_tracks.artist_name)
        as predicted_artist_name,                            -- its artist
    coalesce(predicted_names.track_name, predicted_tracks.track_name)
        as predicted_track_name,                             -- its title
    predicted.probability,                                   -- the model's, of being the favourite
    predicted.is_backfill,                                   -- predicted after the week was over
    predicted.run_id,                                        -- the training that made the model
    labels.label_kind,
    labels.track_id as favorite_track_id,                    -- null: not known yet
    -- As above, of a favourite.
    coalesce(favorite_names.artist_name, favorite_tracks.artist_name)
        as favorite_artist_name,                             -- artist of the favourite
    coalesce(favorite_names.track_name, favorite_tracks.track_name)
        as favorite_track_name,                              -- title of the favourite
    predicted.track_id = labels.track_id as is_right,        -- null: not known yet
from predicted
inner join core.dim_listeners using (listener_id)
inner join core.dim_tracks as predicted_tracks
    on predicted.track_id = predicted_tracks.track_id
left join core.dim_listener_tracks as predicted_names
    on
        predicted.listener_id = predicted_names.listener_id
        and predicted.track_id = predicted_names.track_id
left join labels using (listener_id, week_ending)
left join core.dim_tracks as favorite_tracks
    on labels.track_id = favorite_tracks.track_id
left join core.dim_listener_tracks as favorite_names
    on
        predicted.listener_id = favorite_names.listener_id
        and labels.track_id = favorite_names.track_id
