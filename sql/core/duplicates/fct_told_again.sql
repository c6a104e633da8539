-- Records with which a service tells a play again: the same stream, its other half after a pause,
-- or the row itself.
--
-- Over 80 lines: streams are told twice by their lengths, rows without a length by their stamps.
--
-- grain: play_id
-- audit: kept_play_id != play_id
-- audit: seconds_apart >= 0
-- audit: reason in ('same stream', 'went on after a pause', 'same row')

-- Stamps of ends are whole seconds.
{% set rounding = "interval '2 seconds'" %}

with

followed as (

    select
        fct_reported_plays.play_id,
        fct_reported_plays.listener_id,
        fct_reported_plays.source,
        fct_reported_plays.platform,
        fct_reported_plays.track_id,
        fct_reported_plays.reported_at,
        fct_reported_plays.played_at,
        fct_reported_plays.time_source,
        fct_reported_plays.ms_played,
        fct_reported_plays.reason_start,
        fct_reported_plays.reason_end,
        fct_reported_plays.is_skipped,
        lag(fct_reported_plays.play_id) over by_player as previous_play_id,
        lag(fct_reported_plays.track_id) over by_player as previous_track_id,
        lag(fct_reported_plays.reported_at) over by_player as previous_reported_at,
        lag(fct_reported_plays.played_at) over by_player as previous_played_at,
        lag(fct_reported_plays.time_source) over by_player as previous_time_source,
        lag(fct_reported_plays.ms_played) over by_player as previous_ms_played,
        lag(fct_reported_plays.reason_end) over by_player as previous_reason_end,
    from core.fct_reported_plays
    anti join core.fct_account_matches using (play_id)
    where
        fct_reported_plays.ms_played is not null
        and fct_reported_plays.time_precision = 'second'
    window
        by_player as (
            partition by
                fct_reported_plays.listener_id,
                fct_reported_plays.source,
                -- Two players at once are two plays.
                fct_reported_plays.platform
            order by
                fct_reported_plays.played_at,
                fct_reported_plays.track_id,
                fct_reported_plays.ms_played desc,
                fct_reported_plays.play_id
        )

),

-- Of one song after itself: most plays are not.
stepped as (

    select
        *,
        cast(date_diff('microsecond', previous_played_at, played_at) as double) * 1e-6
            as seconds_apart,
        -- One player cannot begin a song within the same song.
        (
            reported_at = previous_reported_at
            and time_source != 'player'
            and previous_time_source != 'player'
        )
        or played_at + {{ rounding }}
        < previous_played_at + previous_ms_played * interval '0.001 seconds' as is_same_stream,
        -- Stopped without being done, and begun by no choice of a song.
        played_at
        >= previous_played_at + previous_ms_played * interval '0.001 seconds' - {{ rounding }}
        and previous_reason_end in (
            'unexpected-exit-while-paused', 'unexpected-exit', 'endplay', 'logout'
        )
        and reason_start in ('appload', 'playbtn')
        and played_at
        < previous_played_at
        + previous_ms_played * interval '0.001 seconds'
        + case
            when previous_reason_end like 'unexpected-exit%' and reason_start = 'appload'
                then interval '12 hours'
            else interval '30 minutes'
        end as is_continuation,
    from followed
    where track_id = previous_track_id

),

-- How long the song is, by those who heard it to its end at once.
whole_songs as (

    select
        fct_reported_plays.track_id,
        max(fct_reported_plays.ms_played) as whole_ms,
    from core.fct_reported_plays
    semi join stepped using (track_id)
    where
        fct_reported_plays.reason_end = 'trackdone'
        and fct_reported_plays.reason_start not in ('appload', 'playbtn')
    group by fct_reported_plays.track_id

),

linked as (

    select
        stepped.*,
        -- What is not told to be a continuation is none.
        coalesce(stepped.is_continuation, false) and not stepped.is_same_stream as goes_on,
    from stepped
    left join whole_songs using (track_id)
    where
        stepped.is_same_stream
        or (
            stepped.is_continuation
            -- Two halves are no longer than the whole: else it began anew.
            and coalesce(
                stepped.previous_ms_played + stepped.ms_played <= whole_songs.whole_ms + 10000, true
            )
        )

),

chained as (

    select
        *,
        -- The first of all is after none.
        coalesce(previous_play_id = lag(play_id) over by_player, false) as is_third,
    from linked
    window
        by_player as (
            partition by listener_id, source, platform
            order by played_at, ms_played desc, play_id
        )

),

numbered as (

    select
        *,
        sum(cast(not is_third as integer)) over so_far as chain_number,
    from chained
    window
        so_far as (
            partition by listener_id, source, platform
            order by played_at, ms_played desc, play_id
        )

),

streams as (

    select
        *,
        first_value(previous_play_id) over in_chain as kept_play_id,
        first_value(previous_ms_played) over in_chain as first_ms_played,
        -- Told again only: nothing more was heard.
        coalesce(sum(ms_played) filter (where goes_on) over whole_chain, 0)
            as further_ms_played,
        max(ms_played) over whole_chain as most_ms_played,
        last_value(case when goes_on then reason_end end ignore nulls) over whole_in_order
            as last_reason_end,
        last_value(case when goes_on then is_skipped end ignore nulls) over whole_in_order
            as is_last_skipped,
        bool_or(goes_on) over whole_chain as has_further,
    from numbered
    window
        in_chain as (
            partition by listener_id, source, platform, chain_number
            order by played_at, ms_played desc, play_id
        ),
        whole_in_order as (
            partition by listener_id, source, platform, chain_number
            order by played_at, ms_played desc, play_id
            range between unbounded preceding and unbounded following
        ),
        whole_chain as (partition by listener_id, source, platform, chain_number)

)

select
    play_id,
    kept_play_id,      -- the record that was first
    seconds_apart,     -- between the starts
    case when goes_on then 'went on after a pause' else 'same stream' end
        as reason,     -- why the two are one
    cast(greatest(first_ms_played + further_ms_played, most_ms_played) as bigint)
        as whole_ms_played,  -- of all records of the play; null: each has none
    last_reason_end,   -- of the last half; null: there is none
    is_last_skipped,   -- likewise
    has_further,       -- some record goes on after a pause
from streams
union all
select
    play_id,
    kept_play_id,
    0e0 as seconds_apart,
    'same row' as reason,
    cast(null as bigint) as whole_ms_played,
    cast(null as varchar) as last_reason_end,
    cast(null as boolean) as is_last_skipped,
    false as has_further,
from core.fct_repeated_rows
