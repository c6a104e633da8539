-- Every track played before each instant of temp.replay_cutoffs, in the orders compared.
--
-- Only plays that had ended by then count, with what was predicted before them. Saved songs are
-- left out: no export says when. Relevant is what is completed in $days. $listener_id.

{% from 'macros.sql' import ratio %}
{% from 'macros_completion.sql' import bayesian_rate, resume_score %}

with

plays as (

    select
        fct_outcomes.track_id,
        dim_tracks.artist_id,
        fct_outcomes.ended_at,
        fct_outcomes.played_at,
        fct_outcomes.is_completed,
        predictions.probability,
    from core.fct_outcomes
    inner join ml.predictions
        using (listener_id, source, reported_at, track_name_id, ordinal)
    inner join core.dim_tracks
        on fct_outcomes.track_id = dim_tracks.track_id
    where
        listener_id = $listener_id
        and predictions.predictor = 'completion'
        and predictions.task = 'pre_play'
        and predictions.target = 'completed'
        and fct_outcomes.is_completed is not null

),

earlier as (

    select
        replay_cutoffs.cutoff_at,
        plays.track_id,
        plays.artist_id,
        count(*) as plays,
        count(*) filter (where plays.is_completed) as completed_plays,
        {{ ratio('count(*) filter (where plays.is_completed)', 'count(*)') }} as actual,
        avg(plays.probability) as predicted,
        max(plays.ended_at) as last_ended_at,
    from temp.replay_cutoffs
    inner join plays on replay_cutoffs.cutoff_at > plays.ended_at
    group by replay_cutoffs.cutoff_at, plays.track_id, plays.artist_id

),

later as (

    select
        replay_cutoffs.cutoff_at,
        plays.track_id,
        count(*) as next_plays,
        count(*) filter (where plays.is_completed) as next_completed_plays,
    from temp.replay_cutoffs
    inner join plays
        on
            replay_cutoffs.cutoff_at <= plays.played_at
            and replay_cutoffs.cutoff_at + $days * interval '1 day' > plays.played_at
    group by replay_cutoffs.cutoff_at, plays.track_id

),

with_prior as (

    select
        *,
        avg(actual) over of_artist as prior,
    from earlier
    window
        of_artist as (partition by cutoff_at, artist_id)

),

with_bayesian as (

    select
        *,
        {{ bayesian_rate('plays', 'actual', 'prior') }} as bayesian,
    from with_prior

),

scored as (

    select
        with_bayesian.*,
        {{ resume_score('predicted', 'bayesian', 'prior', 'plays') }} as score,
    from with_bayesian

)

select
    scored.cutoff_at,
    scored.track_id,
    row_number() over by_score as resume_rank,
    row_number() over most_completed_first as popularity_rank,
    row_number() over last_played_first as last_played_rank,
    -- Not played in those days.
    coalesce(later.next_plays, 0) as next_plays,
    coalesce(later.next_completed_plays, 0) as next_completed_plays,
from scored
left join later using (cutoff_at, track_id)
window
    -- As marts.resume_playlist.
    by_score as (
        partition by scored.cutoff_at
        order by scored.plays >= 2 desc, scored.score desc, scored.plays desc, scored.track_id
    ),
    most_completed_first as (
        partition by scored.cutoff_at
        order by scored.completed_plays desc, scored.plays desc, scored.track_id
    ),
    last_played_first as (
        partition by scored.cutoff_at
        order by scored.last_ended_at desc, scored.track_id
    )
