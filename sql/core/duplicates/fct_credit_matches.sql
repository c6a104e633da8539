-- Records of one play under different credits: "A, B" here and "A" there, one artist or several.
--
-- Over 80 lines: titles that several artists have, the pairs among them, and who may be meant.
--
-- grain: play_id
-- audit: kept_play_id != play_id
-- audit: seconds_apart >= 0

{% from 'macros.sql' import bare_name, is_alike, seconds_apart %}

with

-- Most titles are one artist's, and their plays are compared by their works.
shared_titles as (

    select
        work_key,
    from core.dim_tracks
    where work_key is not null
    group by work_key
    having min(artist_id) != max(artist_id)

),

matched_plays as (

    select distinct
        play_id,
    from core.fct_play_matches

),

candidates as (

    select
        fct_reported_plays.play_id,
        fct_reported_plays.listener_id,
        fct_reported_plays.source,
        fct_reported_plays.played_at,
        fct_reported_plays.time_precision,
        fct_reported_plays.ms_played,
        fct_reported_plays.work_id,
        dim_tracks.artist_id,
        dim_tracks.work_key,
        dim_tracks.artist_key,
        dim_tracks.artist_loose_key,
        {{ bare_name('dim_tracks.artist_loose_key') }} as bare_artist,
        dim_tracks.duration_ms,
        stg_names.title_loose_key as album_title,
        dim_sources.source_rank,
        -- A duplicate of another service's already.
        matched_plays.play_id is not null as is_matched,
        fct_reported_plays.played_at
        -- Of unknown length: by its start alone.
        + coalesce(fct_reported_plays.ms_played, dim_tracks.duration_ms, 0)
        * interval '0.001 seconds' as ended_at,
    from core.fct_reported_plays
    inner join core.dim_tracks using (track_id)
    inner join core.dim_sources
        on fct_reported_plays.source = dim_sources.source
    semi join shared_titles
        on dim_tracks.work_key = shared_titles.work_key
    left join staging.stg_names
        on fct_reported_plays.album_id = stg_names.name_id
    anti join core.fct_told_again
        on fct_reported_plays.play_id = fct_told_again.play_id
    anti join core.fct_account_matches
        on fct_reported_plays.play_id = fct_account_matches.play_id
    anti join core.fct_second_reports
        on fct_reported_plays.play_id = fct_second_reports.play_id
    left join matched_plays
        on fct_reported_plays.play_id = matched_plays.play_id
    where
        fct_reported_plays.content_type = 'track'
        -- As of other duplicates: such a record must not stand for a play that counts.
        and coalesce(fct_reported_plays.ms_played >= 30000, true)

),

pairs as (

    select
        kept.play_id as kept_play_id,
        other.play_id,
        kept.source as kept_source,
        other.source,
        kept.source_rank as kept_source_rank,
        kept.artist_id as kept_artist_id,
        other.artist_id,
        kept.artist_loose_key as kept_artist_loose_key,
        other.artist_loose_key,
        kept.artist_key as kept_artist_key,
        other.artist_key,
        kept.album_title = other.album_title
        or {{ is_alike('kept.bare_artist', 'other.bare_artist') }}
        or contains(' ' || kept.artist_loose_key || ' ', ' ' || other.artist_loose_key || ' ')
        or contains(' ' || other.artist_loose_key || ' ', ' ' || kept.artist_loose_key || ' ')
            as is_meant,
        {{ seconds_apart('kept', 'other') }} as seconds_apart,
    from candidates as kept
    inner join candidates as other using (listener_id, work_key)
    where
        kept.work_id != other.work_id
        and kept.artist_id != other.artist_id
        and case
            when kept.source != other.source
                then
                    kept.source_rank < other.source_rank
                    and not kept.is_matched
                    and not other.is_matched
                    and (
                        {{ seconds_apart('kept', 'other') }} <= 120
                        or other.played_at
                        between kept.played_at and kept.ended_at + interval '60 seconds'
                        or kept.played_at
                        between other.played_at and other.ended_at + interval '60 seconds'
                    )
            -- Two clients of one service: half of a song is heard before it counts.
            else
                kept.ms_played is null
                and other.ms_played is null
                and kept.time_precision = other.time_precision
                and not other.is_matched
                and (
                    kept.is_matched
                    or kept.played_at < other.played_at
                    or (kept.played_at = other.played_at and kept.play_id < other.play_id)
                )
                and (kept.time_precision = 'second' or kept.played_at = other.played_at)
                and {{ seconds_apart('kept', 'other') }}
                -- Of unknown length: as long as two minutes.
                <= least(60e0, coalesce(kept.duration_ms, other.duration_ms, 120000) * 5e-4)
        end

),

common_members as (

    select distinct
        pairs.kept_play_id,
        pairs.play_id,
        true as has_common_member,
    from pairs
    -- Here time and title speak already, and no name is changed by it.
    inner join core.dim_artist_parts as kept_parts
        on pairs.kept_artist_id = kept_parts.artist_id
    inner join core.dim_artist_parts as other_parts
        on pairs.artist_id = other_parts.artist_id
    where
        not pairs.is_meant
        and (
            kept_parts.artist_part = other_parts.artist_part
            or contains(' ' || pairs.artist_key || ' ', ' ' || kept_parts.artist_part || ' ')
            or contains(' ' || pairs.kept_artist_key || ' ', ' ' || other_parts.artist_part || ' ')
        )

),

meant as (

    select
        pairs.*,
    from pairs
    left join common_members using (kept_play_id, play_id)
    where pairs.is_meant or common_members.has_common_member is not null

),

taken as (

    select
        fct_play_matches.kept_play_id,
        fct_close_plays.source,
    from core.fct_play_matches
    inner join core.fct_close_plays using (play_id)

),

-- The play that stays may have a record of the other service already.
free as (

    select
        meant.*,
    from meant
    anti join taken using (kept_play_id, source)

),

nearest as (

    select
        *,
    from free
    window
        nearest_kept as (
            partition by play_id, kept_source
            order by seconds_apart, kept_play_id
        ),
        nearest_other as (
            partition by kept_play_id, source
            order by seconds_apart, play_id
        )
    qualify row_number() over nearest_kept = 1 and row_number() over nearest_other = 1

)

-- What stays is no such record itself.
select
    nearest.play_id,
    nearest.kept_play_id,   -- the record of the service that tells most
    nearest.seconds_apart,  -- between the starts, least
    'other credit' as reason, -- why the two are one
from nearest
anti join nearest as others
    on nearest.kept_play_id = others.play_id
window
    best_first as (
        partition by nearest.play_id
        order by nearest.kept_source_rank, nearest.seconds_apart, nearest.kept_play_id
    )
qualify row_number() over best_first = 1
