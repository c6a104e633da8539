-- Records that a second scrobbler of the same service made of a play.
--
-- Over 80 lines: two signs of a second scrobbler, which exclude each other.
--
-- grain: play_id
-- audit: kept_play_id != play_id

{% from 'macros.sql' import seconds_apart %}

with

scrobbles as (

    select
        *,
        lag(played_at) over of_spelling as previous_played_at,
        lag(play_id) over of_spelling as previous_play_id,
    from core.fct_close_plays
    where ms_played is null
    window
        of_spelling as (
            partition by listener_id, work_id, run_number, source, track_name_id
            order by played_at, play_id
        )

),

stepped as (

    select
        *,
        -- Half of a song is heard before it counts, so it cannot begin anew sooner; of unknown
        -- length: half a minute. Equal stamps are a queue that was sent at once.
        coalesce(
            time_precision = 'second'
            and date_diff('microsecond', previous_played_at, played_at)
            between 1 and least(60000, coalesce(duration_ms, 60000) // 2) * 1000 - 1, false
        ) as is_again,
    from scrobbles

),

again as (

    select
        *,
        lag(is_again) over of_spelling as is_previous_again,
    from stepped
    window
        of_spelling as (
            partition by listener_id, work_id, run_number, source, track_name_id
            order by played_at, play_id
        )

),

-- A player that was offline sends its queue at once: five or more in a minute are no second
-- scrobbler.
minutes as (

    select
        play_id,
        listener_id,
        source,
        played_at,
        date_trunc('minute', played_at - interval '30 seconds') as played_minute,
    from again
    where is_again
    union all
    select
        play_id,
        listener_id,
        source,
        played_at,
        date_trunc('minute', played_at - interval '30 seconds') + interval '1 minute'
            as played_minute,
    from again
    where is_again

),

queued as (

    select
        minutes.play_id,
    from minutes
    inner join core.fct_reported_plays
        on
            minutes.listener_id = fct_reported_plays.listener_id
            and minutes.source = fct_reported_plays.source
            and minutes.played_minute = date_trunc('minute', fct_reported_plays.played_at)
    where
        fct_reported_plays.ms_played is null
        and fct_reported_plays.played_at
        between minutes.played_at - interval '30 seconds'
        and minutes.played_at + interval '30 seconds'
    group by minutes.play_id
    having count(*) >= 5

),

-- Two spellings at once: within a minute, and if the stamps are whole minutes, in the same one.
pairs as (

    select
        kept.play_id as kept_play_id,
        kept.played_at as kept_played_at,
        kept.track_name_id as kept_track_name_id,
        other.play_id,
        other.played_at,
        other.track_name_id,
        {{ seconds_apart('kept', 'other') }} as seconds_apart,
    from stepped as kept
    inner join stepped as other using (listener_id, work_id, run_number, source, time_precision)
    where
        kept.track_name_id < other.track_name_id
        and not kept.is_again
        and not other.is_again
        and (time_precision = 'second' or kept.played_at = other.played_at)
        -- Of unknown length: as long as two minutes. Half of a song, as above.
        and {{ seconds_apart('kept', 'other') }}
        <= least(60e0, coalesce(other.duration_ms, 120000) * 5e-4)

),

links as (

    select
        play_id,
        kept_play_id,
        kept_played_at,
        seconds_apart,
        'spelled otherwise' as reason,
    from pairs
    window
        nearest_kept as (
            partition by play_id, kept_track_name_id
            order by seconds_apart, kept_played_at, kept_play_id
        ),
        nearest_other as (
            partition by kept_play_id, track_name_id
            order by seconds_apart, played_at, play_id
        )
    qualify row_number() over nearest_kept = 1 and row_number() over nearest_other = 1
    union all
    select
        play_id,
        previous_play_id as kept_play_id,
        previous_played_at as kept_played_at,
        cast(date_diff('microsecond', previous_played_at, played_at) as double) * 1e-6
            as seconds_apart,
        'again within a minute' as reason,
    from again
    anti join queued using (play_id)
    where is_again and not is_previous_again

)

-- What stays is no second report itself.
select
    links.play_id,
    links.kept_play_id,  -- the record of the first scrobbler
    links.seconds_apart, -- between the starts, least
    links.reason,        -- why the two are one
from links
anti join links as others
    on links.kept_play_id = others.play_id
window
    nearest_first as (
        partition by links.play_id
        order by links.seconds_apart, links.kept_played_at, links.kept_play_id
    )
qualify row_number() over nearest_first = 1
