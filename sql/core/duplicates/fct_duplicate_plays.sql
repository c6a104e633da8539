-- Records that are dropped because another one is of the same play, with it and the reason.
--
-- Over 80 lines: it spells out both records, for people to read.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal

with

-- What stays is never dropped itself: of three services the middle one may be near the first, and
-- the last near the middle one only; then the last is a play of its own.
chosen as (

    select
        fct_play_matches.play_id,
        fct_play_matches.kept_play_id,
        fct_play_matches.seconds_apart,
        fct_play_matches.reason,
    from core.fct_play_matches
    inner join core.fct_close_plays
        on fct_play_matches.kept_play_id = fct_close_plays.play_id
    anti join core.fct_play_matches as others
        on fct_play_matches.kept_play_id = others.play_id
    window
        best_first as (
            partition by fct_play_matches.play_id
            order by
                fct_close_plays.source_rank,
                fct_play_matches.seconds_apart,
                fct_close_plays.played_at,
                fct_play_matches.kept_play_id
        )
    qualify row_number() over best_first = 1

),

direct as (

    select
        play_id,
        kept_play_id,
        seconds_apart,
        reason,
    from chosen
    union all
    select
        play_id,
        kept_play_id,
        seconds_apart,
        reason,
    from core.fct_second_reports
    union all
    select
        play_id,
        kept_play_id,
        seconds_apart,
        reason,
    from core.fct_told_again
    union all
    select
        play_id,
        kept_play_id,
        seconds_apart,
        reason,
    from core.fct_credit_matches
    union all
    select
        play_id,
        kept_play_id,
        seconds_apart,
        'account data' as reason,
    from core.fct_account_matches

),

-- What a record repeats may be a duplicate itself, and so may what that one repeats.
links as (

    select
        direct.play_id,
        -- Most of what is repeated stays.
        coalesce(last_kept.kept_play_id, next_kept.kept_play_id, direct.kept_play_id)
            as kept_play_id,
        direct.seconds_apart,
        direct.reason,
    from direct
    left join direct as next_kept
        on direct.kept_play_id = next_kept.play_id
    left join direct as last_kept
        on next_kept.kept_play_id = last_kept.play_id

)

select
    dropped.listener_id,
    dropped.source,
    dropped.reported_at,
    dropped.track_name_id,
    dropped.ordinal,
    dropped.play_id,
    dropped.played_at,
    links.kept_play_id,                         -- the record that stays
    kept.source as kept_source,                 -- its service
    kept.reported_at as kept_reported_at,       -- its stamp
    kept.track_name_id as kept_track_name_id,   -- its spelling
    kept.ordinal as kept_ordinal,               -- its place among equal ones
    links.reason,
    links.seconds_apart,                        -- to the nearest record of the play
from links
inner join core.fct_reported_plays as dropped
    on links.play_id = dropped.play_id
inner join core.fct_reported_plays as kept
    on links.kept_play_id = kept.play_id
