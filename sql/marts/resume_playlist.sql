-- The hundred songs that each listener is most likely to hear to their end.
--
-- grain: listener_id, list_rank
-- audit: list_rank between 1 and 100

{% set size = 100 %}
{% set few_plays = 2 %}
{% set many_plays = 5 %}

with

ranked as (

    select
        track_completion_scores.*,
        row_number() over by_score as list_rank,
    from marts.track_completion_scores
    window
        -- A song played once says little, whatever its score.
        by_score as (
            partition by listener_id
            order by plays >= {{ few_plays }} desc, score desc, plays desc, track_id
        )

)

select
    ranked.listener_id,
    ranked.list_rank, -- 1 comes first
    ranked.track_id,
    dim_listener_tracks.artist_name,
    dim_listener_tracks.track_name,
    dim_spotify_ids.spotify_track_id,
    ranked.plays,
    ranked.actual_completion_rate,
    ranked.bayesian_completion_rate,
    ranked.artist_completion_prior,
    ranked.predicted_completion_rate,
    ranked.score,
    case
        when ranked.plays >= {{ many_plays }} then 'Its own plays speak for it'
        else 'Few plays of its own: its artist speaks for it'
    end as reason,    -- why it is on the list
from ranked
inner join core.dim_listener_tracks using (listener_id, track_id)
left join core.dim_spotify_ids using (track_id)
where ranked.list_rank <= {{ size }}
