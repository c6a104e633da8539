-- Songs likely to be heard to their end, with those of the listener's favourite artists preferred.
--
-- Two songs of each favourite artist come first, in the order of sotw.toml; so the whole list is
-- not in the order of the score, only what comes after them is.
--
-- Over 80 lines: a list is one ranking with its reasons.
--
-- grain: listener_id, list_rank
-- audit: list_rank between 1 and 100
-- audit: score between 0 and 1

{% from 'macros_completion.sql' import favorite_score %}

{% set size = 100 %}
{% set few_plays = 2 %}
{% set many_plays = 5 %}
{% set guaranteed = 2 %}
{% set most_by_artist = 8 %}

with

boosted as (

    select
        track_completion_scores.* exclude (score),
        dim_favorite_artists.position,
        case
            when dim_favorite_artists.position is not null
                then {{ favorite_score('track_completion_scores.score') }}
            else track_completion_scores.score
        end as score,
    from marts.track_completion_scores
    left join core.dim_favorite_artists using (listener_id, artist_id)

),

within_artist as (

    select
        *,
        row_number() over by_artist as artist_rank,
    from boosted
    window
        by_artist as (
            partition by listener_id, artist_id
            order by plays >= {{ few_plays }} desc, score desc, plays desc, track_id
        )

),

chosen as (

    select
        *,
        position is not null and artist_rank <= {{ guaranteed }} as is_guaranteed,
    from within_artist
    where artist_rank <= {{ most_by_artist }}

),

ranked as (

    select
        *,
        row_number() over by_place as list_rank,
    from chosen
    window
        by_place as (
            partition by listener_id
            order by
                is_guaranteed desc,
                case when is_guaranteed then position end,
                case when is_guaranteed then artist_rank end,
                plays >= {{ few_plays }} desc,
                score desc,
                plays desc,
                track_id
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
    ranked.score, -- with the boost, for a favourite artist's song
    ranked.position is not null as is_favorite_artist, -- named in sotw.toml
    case
        when ranked.position is not null then 'Of a favourite artist, which raises its score'
        when ranked.plays >= {{ many_plays }} then 'Its own plays speak for it'
        else 'Few plays of its own: its artist speaks for it'
    end as reason,    -- why it is on the list
from ranked
inner join core.dim_listener_tracks using (listener_id, track_id)
left join core.dim_spotify_ids using (track_id)
where ranked.list_rank <= {{ size }}
