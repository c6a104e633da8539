-- How likely each track that a listener played or saved is to be heard to its end.
--
-- Over all plays of known outcome that the last `sotw train completion` scored from
-- what was known before them (task pre_play). A listener without such plays has no row.
--
-- Over 80 lines: one formula in the order of its steps.
--
-- grain: listener_id, track_id
-- audit: plays >= completed_plays
-- audit: score >= 0 and score <= 1

{% from 'macros.sql' import ratio %}
{% from 'macros_completion.sql' import bayesian_rate, resume_score %}

with

played as (

    select
        fct_outcomes.listener_id,
        fct_outcomes.track_id,
        count(*) as plays,
        count(*) filter (where fct_outcomes.is_completed) as completed_plays,
        avg(predictions.probability) as predicted_rate,
    from core.fct_outcomes
    inner join ml.predictions
        using (listener_id, source, reported_at, track_name_id, ordinal)
    where
        predictions.predictor = 'completion'
        and predictions.task = 'pre_play'
        and predictions.target = 'completed'
        and fct_outcomes.is_completed is not null
    group by fct_outcomes.listener_id, fct_outcomes.track_id

),

candidates as (

    select
        listener_id,
        track_id,
        plays,
        completed_plays,
        {{ ratio('completed_plays', 'plays') }} as actual_rate,
        predicted_rate,
    from played
    union all
    select
        listener_id,
        track_id,
        0 as plays,
        0 as completed_plays,
        null as actual_rate,
        null as predicted_rate,
    from core.dim_library_tracks
    anti join played using (listener_id, track_id)

),

with_prior as (

    select
        candidates.*,
        dim_tracks.artist_id,
        -- Each track counts once, however often it was played (SYSTEMS B.5). Of an artist never
        -- played nothing is known but the listener's usual rate.
        coalesce(
            avg(candidates.actual_rate) over of_artist, avg(candidates.actual_rate) over of_listener
        ) as prior,
    from candidates
    inner join core.dim_tracks using (track_id)
    window
        of_artist as (partition by candidates.listener_id, dim_tracks.artist_id),
        of_listener as (partition by candidates.listener_id)

),

filled as (

    select
        *,
        -- Never played: as its artist's other songs.
        coalesce(actual_rate, prior) as actual,
        coalesce(predicted_rate, prior) as predicted,
    from with_prior
    where prior is not null

),

with_bayesian as (

    select
        *,
        {{ bayesian_rate('plays', 'actual', 'prior') }} as bayesian,
    from filled

)

select
    with_bayesian.listener_id,
    with_bayesian.track_id,
    with_bayesian.artist_id,
    with_bayesian.plays,                                    -- scored ones, of known outcome
    with_bayesian.completed_plays,                          -- of these, heard to the end
    dim_library_tracks.track_id is not null as is_in_library, -- the listener saved it
    with_bayesian.actual as actual_completion_rate,         -- completed of plays; unplayed: prior
    with_bayesian.prior as artist_completion_prior,         -- mean rate of its artist's tracks
    with_bayesian.bayesian as bayesian_completion_rate,     -- the rate, drawn to the prior
    with_bayesian.predicted as predicted_completion_rate,   -- mean prediction; unplayed: prior
    {{ resume_score(
        'with_bayesian.predicted', 'with_bayesian.bayesian', 'with_bayesian.prior',
        'with_bayesian.plays'
    ) }} as score,                                          -- 0 to 1; less where plays are few
from with_bayesian
left join core.dim_library_tracks using (listener_id, track_id)
