-- Saved songs by what is known of their artists alone: for songs that were hardly or never played.
--
-- Songs that were played are in it too, and say so: is_played.
--
-- Over 80 lines: a list is one ranking with its reasons.
--
-- grain: listener_id, list_rank
-- audit: list_rank between 1 and 100
-- audit: cold_start_score between 0 and 1

{% from 'macros.sql' import ratio %}
{% from 'macros_completion.sql' import cold_start_score, popularity_share %}

{% set size = 100 %}
{% set most_by_artist = 5 %}

with

artists as (

    select
        listener_id,
        artist_id,
        cast(sum(plays) as bigint) as artist_plays,
        sum(completed_plays) as artist_completed_plays,
    from marts.track_completion_scores
    group by listener_id, artist_id

),

compared as (

    select
        listener_id,
        artist_id,
        artist_plays,
        max(artist_plays) over of_listener as most_artist_plays,
        -- Every play counts once here; of an artist never played: as the listener's usual play.
        coalesce(
            {{ ratio('artist_completed_plays', 'artist_plays') }},
            {{ ratio(
                'sum(artist_completed_plays) over of_listener', 'sum(artist_plays) over of_listener'
            ) }}
        ) as artist_completion_rate,
    from artists
    window
        of_listener as (partition by listener_id)

),

with_popularity as (

    select
        *,
        {{ popularity_share('artist_plays', 'most_artist_plays') }} as popularity_share,
    from compared

),

within_artist as (

    select
        track_completion_scores.listener_id,
        track_completion_scores.track_id,
        track_completion_scores.plays,
        with_popularity.artist_id,
        with_popularity.artist_plays,
        with_popularity.artist_completion_rate,
        with_popularity.popularity_share,
        {{ cold_start_score(
            'with_popularity.artist_completion_rate', 'with_popularity.popularity_share'
        ) }} as cold_start_score,
        row_number() over by_artist as artist_rank,
    from marts.track_completion_scores
    inner join with_popularity using (listener_id, artist_id)
    where track_completion_scores.is_in_library
    window
        -- All songs of an artist score alike; those never played come first.
        by_artist as (
            partition by track_completion_scores.listener_id, with_popularity.artist_id
            order by track_completion_scores.plays, track_completion_scores.track_id
        )

),

ranked as (

    select
        *,
        row_number() over by_score as list_rank,
    from within_artist
    where artist_rank <= {{ most_by_artist }}
    window
        by_score as (
            partition by listener_id
            order by cold_start_score desc, artist_plays desc, plays, track_id
        )

)

select
    ranked.listener_id,
    ranked.list_rank,                -- 1 comes first
    ranked.track_id,
    -- Of a song not heard yet, the name that most records have.
    coalesce(dim_listener_tracks.artist_name, dim_tracks.artist_name) as artist_name,
    coalesce(dim_listener_tracks.track_name, dim_tracks.track_name) as track_name,
    dim_spotify_ids.spotify_track_id,
    ranked.plays,
    ranked.plays > 0 as is_played,   -- at least once, to an outcome that is known
    ranked.artist_plays,             -- scored plays of all its artist's songs
    ranked.artist_completion_rate,   -- of these, heard to the end; never played: the usual rate
    ranked.popularity_share,         -- how much the artist is played, on a log scale
    ranked.cold_start_score,         -- 0 to 1
    'Saved: its artist speaks for it' as reason, -- why it is on the list
from ranked
inner join core.dim_tracks using (track_id)
left join core.dim_listener_tracks using (listener_id, track_id)
left join core.dim_spotify_ids using (track_id)
where ranked.list_rank <= {{ size }}
