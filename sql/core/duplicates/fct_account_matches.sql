-- Spotify's account data repeats its extended history to the minute, at times with another artist.
--
-- grain: play_id

{% from 'macros.sql' import seconds_apart %}

with

-- Compilations have one artist in one export and another in the other.
songs as (

    select
        fct_reported_plays.play_id,
        fct_reported_plays.listener_id,
        fct_reported_plays.ordinal,
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
        other.play_id,
        kept.play_id as kept_play_id,
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
    play_id,
    kept_play_id,   -- the record of the extended history
    seconds_apart,  -- between the stamps, least
from pairs
window
    nearest_kept as (
        partition by play_id
        order by seconds_apart, kept_ordinal, kept_play_id
    ),
    nearest_other as (
        partition by kept_play_id
        order by seconds_apart, play_id
    )
qualify row_number() over nearest_kept = 1 and row_number() over nearest_other = 1
