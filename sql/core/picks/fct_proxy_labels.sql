-- A stand-in for a pick: the week's track that was played most in the four weeks after it.
--
-- Over 80 lines: one definition (BENCHMARKS 1), each of its conditions a step.
--
-- grain: listener_id, week_ending
-- audit: next_4w_plays >= 3
-- audit: tied_tracks_count <= 3

with

weekly as (

    select
        listener_id,
        week_ending,
        week_number,
        track_id,
        count(*) as plays,
    from core.fct_plays
    where is_in_training
    group by listener_id, week_ending, week_number, track_id

),

-- What is liked is played on: those weeks are the only word of it where nothing was picked.
followed as (

    select
        listener_id,
        week_ending,
        week_number,
        track_id,
        -- A later week without plays of the track is known to hold none, if complete.
        cast(coalesce(sum(plays) over next_4_weeks, 0) as bigint) as next_4w_plays,
        count(*) over by_week as candidates_count,
    from weekly
    window
        next_4_weeks as (
            partition by listener_id, track_id
            order by week_number
            range between 1 following and 4 following
        ),
        by_week as (partition by listener_id, week_ending)

),

-- A gap or the end of the log within the four weeks hides what was played most in them.
followed_weeks as (

    select
        listener_id,
        week_ending,
        count(*) over next_weeks_of_log = 4 and bool_and(is_complete) over next_weeks_of_log
            as is_followed,
    from core.dim_weeks
    window
        next_weeks_of_log as (
            partition by listener_id
            order by week_number
            range between 1 following and 4 following
        )

),

placed as (

    select
        followed.listener_id,
        followed.week_ending,
        followed.track_id,
        followed.next_4w_plays,
        followed.candidates_count,
        rank() over most_played_first as place,
        row_number() over with_tiebreak as pick_order,
    from followed
    inner join followed_weeks using (listener_id, week_ending)
    inner join core.dim_tracks using (track_id)
    where followed_weeks.is_followed
    window
        most_played_first as (
            partition by followed.listener_id, followed.week_ending
            order by followed.next_4w_plays desc
        ),
        with_tiebreak as (
            partition by followed.listener_id, followed.week_ending
            order by
                followed.next_4w_plays desc,
                md5(dim_tracks.artist_key || '|' || dim_tracks.track_key),
                followed.track_id
        )

),

tied as (

    select
        listener_id,
        week_ending,
        count(*) as tied_tracks_count,
    from placed
    where place = 1
    group by listener_id, week_ending

)

select
    placed.listener_id,
    placed.week_ending,
    placed.track_id,
    placed.next_4w_plays,    -- plays of the track in the four weeks after this one
    tied.tied_tracks_count,  -- tracks that share this figure
from placed
inner join tied using (listener_id, week_ending)
where
    placed.pick_order = 1
    and placed.next_4w_plays >= 3
    and tied.tied_tracks_count <= 3
    and placed.candidates_count >= 10
