-- Picks that are not among the plays that count, each with the closest tracks that are.
--
-- Over 80 lines: the candidates of a pick and their order mean nothing apart.
--
-- grain: listener_id, picked_at, track_name_id, week_ending, candidate_rank

{% from 'macros.sql' import edits %}

with

unmatched as (

    select
        fct_pick_matches.listener_id,
        fct_pick_matches.picked_at,
        fct_pick_matches.track_name_id,
        fct_pick_matches.week_ending,
        dim_tracks.artist_name,
        dim_tracks.track_name,
        dim_tracks.artist_loose_key,
        dim_tracks.track_loose_key,
    from core.fct_pick_matches
    inner join core.dim_tracks
        on fct_pick_matches.named_track_id = dim_tracks.track_id
    where fct_pick_matches.match_method = 'none' and fct_pick_matches.is_for_labels

),

heard_tracks as (

    select
        fct_plays.listener_id,
        fct_plays.track_id,
        count(*) as plays,
    from core.fct_plays
    where fct_plays.is_in_training
    group by fct_plays.listener_id, fct_plays.track_id

),

-- Another title of the artist, or the title by somebody else.
candidates as (

    select
        unmatched.listener_id,
        unmatched.picked_at,
        unmatched.track_name_id,
        unmatched.week_ending,
        heard_tracks.track_id,
        dim_tracks.artist_name,
        dim_tracks.track_name,
        heard_tracks.plays,
        {{ edits('unmatched.artist_loose_key', 'dim_tracks.artist_loose_key') }} as artist_edits,
        {{ edits('unmatched.track_loose_key', 'dim_tracks.track_loose_key') }} as track_edits,
    from unmatched
    inner join heard_tracks using (listener_id)
    inner join core.dim_tracks
        on heard_tracks.track_id = dim_tracks.track_id
    where
        unmatched.artist_loose_key = dim_tracks.artist_loose_key
        or unmatched.track_loose_key = dim_tracks.track_loose_key

),

ranked as (

    select
        *,
        artist_edits + track_edits as edits,
        row_number() over closest_first as candidate_rank,
    from candidates
    window
        closest_first as (
            partition by listener_id, picked_at, track_name_id, week_ending
            order by artist_edits + track_edits, plays desc, track_id
        )

)

select
    unmatched.listener_id,
    unmatched.picked_at,
    unmatched.track_name_id,
    -- A pick with no near track still has its row.
    coalesce(ranked.candidate_rank, 1) as candidate_rank,  -- 1 = closest
    unmatched.week_ending,
    unmatched.artist_name,
    unmatched.track_name,
    ranked.artist_name as candidate_artist_name,           -- null: neither artist nor title played
    ranked.track_name as candidate_track_name,             -- title of the candidate
    ranked.plays as candidate_plays,                       -- plays of the candidate in all
    ranked.edits as candidate_edits,                       -- letters to change in artist and title
from unmatched
left join ranked using (listener_id, picked_at, track_name_id, week_ending)
where ranked.candidate_rank is null or ranked.candidate_rank <= 3
