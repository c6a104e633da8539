-- Spotify's account data repeats its extended history to the minute, at times with another artist.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal

{% from 'macros.sql' import seconds_apart %}

with

-- Compilations have one artist in one export and another in the other.
songs as (

    select
        fct_reported_plays.listener_id,
        fct_reported_plays.source,
        fct_reported_plays.reported_at,
        fct_reported_plays.track_name_id,
        fct_reported_plays.ordinal,
        fct_reported_plays.played_at as started_at,
        -- Both stamp the report: of an offline play that is when it was sent.
        fct_reported_plays.reported_at as played_at,
        fct_reported_plays.time_precision,
        fct_reported_plays.ms_played,
        dim_track_aliases.track_key,
    from core.fct_reported_plays
    inner join core.dim_track_aliases using (track_name_id)
    where
        fct_reported_plays.source = 'spotify'
        and fct_reported_plays.content_type = 'track'
        -- Skipped at once: equal lengths are no sign.
        and fct_reported_plays.ms_played >= 1000

),

pairs as (

    select
        other.listener_id,
        other.source,
        other.reported_at,
        other.track_name_id,
        other.ordinal,
        other.started_at as played_at,
        kept.reported_at as kept_reported_at,
        kept.track_name_id as kept_track_name_id,
        kept.ordinal as kept_ordinal,
        {{ seconds_apart('kept', 'other') }} as seconds_apart,
    from songs as kept
    inner join songs as other
        on
            kept.listener_id = other.listener_id
            and kept.track_key = other.track_key
            and kept.ms_played = other.ms_played
    where
        kept.time_precision = 'second'
        and other.time_precision = 'minute'
        and {{ seconds_apart('kept', 'other') }} <= 60

)

select
    listener_id,
    source,
    reported_at,
    track_name_id,
    ordinal,
    played_at,
    kept_reported_at,   -- the record of the extended history
    kept_track_name_id, -- its spelling
    kept_ordinal,       -- its place among equal ones
    seconds_apart,      -- between the stamps, least
from pairs
window
    nearest_kept as (
        partition by listener_id, reported_at, track_name_id, ordinal
        order by seconds_apart, kept_ordinal, kept_reported_at, kept_track_name_id
    ),
    nearest_other as (
        partition by listener_id, kept_reported_at, kept_track_name_id, kept_ordinal
        order by seconds_apart, reported_at, track_name_id, ordinal
    )
qualify row_number() over nearest_kept = 1 and row_number() over nearest_other = 1
