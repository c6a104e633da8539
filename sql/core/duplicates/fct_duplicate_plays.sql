-- Records that are dropped because another one is of the same play, with it and the reason.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal

with

-- What stays is never dropped itself: of three services the middle one may be near the first, and
-- the last near the middle one only; then the last is a play of its own.
chosen as (

    select
        fct_play_matches.close_id,
        fct_play_matches.kept_close_id,
        fct_play_matches.seconds_apart,
        fct_play_matches.reason,
    from core.fct_play_matches
    inner join core.fct_close_plays
        on fct_play_matches.kept_close_id = fct_close_plays.close_id
    anti join core.fct_play_matches as others
        on fct_play_matches.kept_close_id = others.close_id
    window
        best_first as (
            partition by fct_play_matches.close_id
            order by
                fct_close_plays.source_rank,
                fct_play_matches.seconds_apart,
                fct_play_matches.kept_close_id
        )
    qualify row_number() over best_first = 1

),

links as (

    select
        close_id,
        kept_close_id,
        seconds_apart,
        reason,
    from chosen
    union all
    select
        fct_second_reports.close_id,
        -- What it repeats may be a duplicate of another service's.
        coalesce(chosen.kept_close_id, fct_second_reports.kept_close_id) as kept_close_id,
        fct_second_reports.seconds_apart,
        fct_second_reports.reason,
    from core.fct_second_reports
    left join chosen
        on fct_second_reports.kept_close_id = chosen.close_id

)

select
    dropped.listener_id,
    dropped.source,
    dropped.reported_at,
    dropped.track_name_id,
    dropped.ordinal,
    dropped.played_at,
    kept.source as kept_source,                 -- the record that stays
    kept.reported_at as kept_reported_at,       -- its stamp
    kept.track_name_id as kept_track_name_id,   -- its spelling
    kept.ordinal as kept_ordinal,               -- its place among equal ones
    links.reason,
    links.seconds_apart,                        -- to the nearest record of the play
from links
inner join core.fct_close_plays as dropped
    on links.close_id = dropped.close_id
inner join core.fct_close_plays as kept
    on links.kept_close_id = kept.close_id
union all
select
    listener_id,
    source,
    reported_at,
    track_name_id,
    ordinal,
    played_at,
    source as kept_source,
    kept_reported_at,
    kept_track_name_id,
    kept_ordinal,
    'account data' as reason,
    seconds_apart,
from core.fct_account_matches
