-- Records of a work so near to one another that some may be of one play; runs of them.
--
-- Over 80 lines: a run of records is found in four steps, each on the windows of the one before.
--
-- grain: play_id
-- audit: run_number >= 1
-- audit: ended_at >= played_at

-- SYSTEMS F.3: two minutes, and one for what is known to the minute.
{% set tolerance = "interval '180 seconds'" %}

with

-- What a service tells in several records is as long as all of them.
whole_plays as (

    select
        kept_play_id as play_id,
        max(whole_ms_played) as whole_ms_played,
    from core.fct_told_again
    group by kept_play_id

),

-- A song takes its whole length where no source says how much of it was heard.
lasting as (

    select
        fct_reported_plays.play_id,
        fct_reported_plays.listener_id,
        fct_reported_plays.source,
        fct_reported_plays.track_name_id,
        fct_reported_plays.played_at,
        fct_reported_plays.work_id,
        fct_reported_plays.time_precision,
        -- Most plays are told once.
        coalesce(whole_plays.whole_ms_played, fct_reported_plays.ms_played) as ms_played,
        dim_tracks.duration_ms,
        fct_reported_plays.played_at
        -- Of unknown length: it is compared by its start alone.
        + coalesce(
            whole_plays.whole_ms_played, fct_reported_plays.ms_played, dim_tracks.duration_ms, 0
        )
        * interval '0.001 seconds' as ended_at,
    from core.fct_reported_plays
    inner join core.dim_tracks using (track_id)
    left join whole_plays
        on fct_reported_plays.play_id = whole_plays.play_id
    anti join core.fct_told_again
        on fct_reported_plays.play_id = fct_told_again.play_id
    anti join core.fct_account_matches
        on fct_reported_plays.play_id = fct_account_matches.play_id
    where
        fct_reported_plays.content_type = 'track'
        -- Nobody scrobbles less, and such a record must not stand for a play that counts.
        and coalesce(
            coalesce(whole_plays.whole_ms_played, fct_reported_plays.ms_played) >= 30000, true
        )

),

reaching as (

    select
        *,
        max(ended_at) over so_far as reached_at,
    from lasting
    window
        so_far as (partition by listener_id, work_id order by played_at)

),

stepped as (

    select
        *,
        lag(reached_at) over of_work as previous_reached_at,
        lead(played_at) over of_work as next_played_at,
    from reaching
    window
        of_work as (
            partition by listener_id, work_id
            order by played_at, source, play_id
        )

),

near as (

    select
        *,
        -- The first of a work is near none before it.
        coalesce(played_at <= previous_reached_at + {{ tolerance }}, false) as is_near_previous,
    from stepped
    where
        played_at <= previous_reached_at + {{ tolerance }}
        or next_played_at <= reached_at + {{ tolerance }}

)

select
    near.play_id,
    near.listener_id,
    near.source,
    near.track_name_id,
    near.played_at,
    near.work_id,
    near.time_precision,
    near.ms_played,
    near.duration_ms,
    near.ended_at,        -- UTC; its start where no length is known
    dim_sources.source_rank,
    -- Of equal starts the later ones are near the first.
    cast(sum(cast(not near.is_near_previous as integer)) over to_date as bigint)
        as run_number,    -- 1, 2, … for the listener and the work
from near
inner join core.dim_sources using (source)
window
    to_date as (partition by near.listener_id, near.work_id order by near.played_at)
