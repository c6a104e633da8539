-- Plays that a rule about one play is about, and what it makes of them.
--
-- A rule stays with its play when a later export tells it to the second, or spells it otherwise.
--
-- grain: rule_id

with

candidates as (

    select
        dim_rules.rule_id,
        dim_rules.rule,
        dim_rules.rule_purpose,
        dim_rules.target_artist_key,
        dim_rules.target_title_key,
        fct_reported_plays.play_id,
        fct_reported_plays.track_name_id = dim_rules.subject_name_id as is_same_spelling,
        fct_reported_plays.reported_at = dim_rules.rule_reported_at as is_same_stamp,
        fct_reported_plays.ordinal = dim_rules.rule_ordinal as is_same_ordinal,
    from core.dim_rules
    inner join core.fct_reported_plays
        on
            dim_rules.rule_listener_id = fct_reported_plays.listener_id
            and dim_rules.rule_source = fct_reported_plays.source
    inner join core.dim_track_aliases as subjects
        on dim_rules.subject_name_id = subjects.track_name_id
    inner join core.dim_track_aliases as played
        on fct_reported_plays.track_name_id = played.track_name_id
    where
        dim_rules.rule_scope = 'play'
        and subjects.track_id = played.track_id
        and dim_rules.rule_reported_at
        in (fct_reported_plays.reported_at, date_trunc('minute', fct_reported_plays.reported_at))

),

nearest as (

    select
        *,
    from candidates
    window
        nearest_first as (
            partition by rule_id
            order by
                is_same_stamp desc, is_same_spelling desc, is_same_ordinal desc, play_id
        )
    qualify row_number() over nearest_first = 1

),

meant_tracks as (

    select
        artist_key,
        track_key,
        min(track_id) as track_id,
        min(artist_id) as artist_id,
    from core.dim_track_aliases
    group by artist_key, track_key

)

select
    nearest.rule_id,
    nearest.rule,             -- exclude or fix
    nearest.rule_purpose,
    -- Most plays have one record.
    coalesce(fct_duplicate_plays.kept_play_id, nearest.play_id)
        as ruled_play_id,     -- the record that stays of the play
    meant_tracks.track_id as ruled_track_id,   -- of a fix: the track that was heard
    meant_tracks.artist_id as ruled_artist_id, -- … and its artist
from nearest
left join meant_tracks
    on
        nearest.target_artist_key = meant_tracks.artist_key
        and nearest.target_title_key = meant_tracks.track_key
left join core.fct_duplicate_plays
    on nearest.play_id = fct_duplicate_plays.play_id
