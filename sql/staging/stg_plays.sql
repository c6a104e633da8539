-- Plays as the sources reported them that were over at the instant of the build.
--
-- Over 80 lines: one column of a play after another, and whose clock says when it began.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal

-- Nothing plays for more than a day: more is an error of the source, and no length.
{% set day_ms = 86400000 %}
-- As long as Spotify plays without a connection.
{% set offline_days = "interval '31 days'" %}
-- Two clocks that are right may differ so much.
{% set tolerance = "interval '5 minutes'" %}

with

possible as (

    select
        *,
        case when ms_played between 0 and {{ day_ms }} then ms_played end as heard_ms,
        case when duration_ms between 1 and {{ day_ms }} then duration_ms end as length_ms,
    from raw.plays
    -- A later export corrected the others.
    where superseded_by is null

),

timed as (

    select
        *,
        case
            -- An export of sotw says so of a play that another service had seen begin earlier.
            when cast(payload as varchar) like '{"started_at":%'
                then try_cast(
                    regexp_extract(cast(payload as varchar), '"started_at":"([^"]*)"', 1)
                    as timestamp
                )
        end as said_start_at,
        case
            -- Nothing said of how long it played: the stamp is all that is known.
            when time_kind = 'end'
                then played_at - coalesce(heard_ms, 0) * interval '0.001 seconds'
            else played_at
        end as reported_start_at,
        -- A clock that was reset shows 1970, or some day before there was an account; one that is
        -- ahead has the play end after its report. A record without such a clock has no time of it.
        coalesce(
            offline_at <= played_at
            and offline_at + coalesce(heard_ms, 0) * interval '0.001 seconds'
            <= played_at + {{ tolerance }}
            and offline_at >= played_at - {{ offline_days }}, false
        ) as is_players_time,
    from possible

),

started as (

    select
        *,
        coalesce(
            -- Most plays are of no such export.
            said_start_at,
            case when is_players_time then offline_at else reported_start_at end
        ) as started_at,
    from timed

)

select
    listener_id,                  -- the listener's integer
    source,                       -- service the record comes from
    played_at as reported_at,     -- UTC; as the source stamped it: start or end, see time_kind
    track_name_id,                -- a spelling of a track
    ordinal,                      -- 0, 1, … among equal plays with the same source and stamp
    started_at as played_at,      -- UTC; when the play started
    album_name_id,                -- a spelling of an album
    time_kind,                    -- start, end or unknown
    time_precision,               -- second or minute
    case
        when is_players_time then 'player'
        when offline_at is not null then 'report, player implausible'
        else 'report'
    end as time_source,           -- whose clock says when it started
    content_type,                 -- track, podcast, audiobook or video
    heard_ms as ms_played,        -- how long it played; null: not said
    length_ms as stated_duration_ms, -- length of the recording, by the play's own record
    skipped as is_skipped,        -- as the source says it; null: not said
    reason_start,                 -- why it began: trackdone, fwdbtn, clickrow, …
    reason_end,                   -- why it ended: likewise
    platform,                     -- as the source writes it
    country,                      -- two letters; where the player was
    is_shuffle,                   -- the player was on shuffle
    is_offline,                   -- the player was offline
    is_private,                   -- in a private session
    track_mbid,                   -- MusicBrainz id of the recording, if the source states one
    artist_mbid,                  -- MusicBrainz id of the artist, likewise
    spotify_track_id as played_spotify_track_id, -- Spotify id of the play, if its source has one
from started
where
    started_at < (select as_of from raw.settings)
    -- One that still ran was not known yet: how long it played is told by its end.
    and started_at + coalesce(heard_ms, 0) * interval '0.001 seconds'
    <= (select as_of from raw.settings)
