-- What listeners said of artists, or of their songs, each time.
--
-- grain: listener_id, given_at, artist_id
-- audit: score between -1 and 1

with

said as (

    select
        stg_feedback_marks.listener_id,
        stg_feedback_marks.given_at,
        dim_artist_aliases.artist_id,
        stg_feedback_marks.score,
    from staging.stg_feedback_marks
    inner join core.dim_artist_aliases
        on stg_feedback_marks.name_id = dim_artist_aliases.artist_name_id
    union all
    select
        stg_feedback_marks.listener_id,
        stg_feedback_marks.given_at,
        dim_track_aliases.artist_id,
        stg_feedback_marks.score,
    from staging.stg_feedback_marks
    inner join core.dim_track_aliases
        on stg_feedback_marks.name_id = dim_track_aliases.track_name_id

)

select
    listener_id,
    given_at,                  -- UTC
    artist_id,
    max(score) as score,       -- 1: up, -1: down, 0: taken back
from said
group by listener_id, given_at, artist_id
