-- Which played track each pick is: by Spotify id, else name, loose name, or work.
--
-- Over 80 lines: four ways to find a track, one order among them.
--
-- grain: listener_id, picked_at, track_name_id, week_ending
-- audit: match_method in ('spotify id', 'name', 'loose name', 'work', 'excluded', 'none')

with

heard_tracks as (

    select
        listener_id,
        track_id,
        week_ending,
        count(*) filter (where is_in_training) as plays,
    from core.fct_plays
    where is_counted
    group by listener_id, track_id, week_ending

),

spotify_ids as (

    select distinct
        dim_track_aliases.track_id,
        stg_track_stats.spotify_track_id,
    from staging.stg_track_stats
    inner join core.dim_track_aliases using (track_name_id)
    where stg_track_stats.spotify_track_id is not null

),

-- Every track that could be meant, with how sure the match is.
meant_tracks as (

    select
        fct_picks.listener_id,
        fct_picks.picked_at,
        fct_picks.track_name_id,
        fct_picks.week_ending,
        spotify_ids.track_id,
        1 as method_rank,
        'spotify id' as match_method,
    from core.fct_picks
    inner join spotify_ids
        on fct_picks.picked_spotify_track_id = spotify_ids.spotify_track_id
    union all
    select
        fct_picks.listener_id,
        fct_picks.picked_at,
        fct_picks.track_name_id,
        fct_picks.week_ending,
        fct_picks.named_track_id as track_id,
        2 as method_rank,
        'name' as match_method,
    from core.fct_picks
    union all
    select
        fct_picks.listener_id,
        fct_picks.picked_at,
        fct_picks.track_name_id,
        fct_picks.week_ending,
        dim_tracks.track_id,
        case when dim_tracks.track_loose_key = named.track_loose_key then 3 else 4 end
            as method_rank,
        case when dim_tracks.track_loose_key = named.track_loose_key then 'loose name' else 'work'
        end as match_method,
    from core.fct_picks
    inner join core.dim_tracks as named
        on fct_picks.named_track_id = named.track_id
    inner join core.dim_tracks
        on
            named.artist_loose_key = dim_tracks.artist_loose_key
            and named.work_key = dim_tracks.work_key

),

best_tracks as (

    select
        meant_tracks.listener_id,
        meant_tracks.picked_at,
        meant_tracks.track_name_id,
        meant_tracks.week_ending,
        meant_tracks.track_id,
        -- Heard, and no candidate of any week: a rule keeps all its plays out of training.
        case when heard_tracks.plays > 0 then meant_tracks.match_method else 'excluded' end
            as match_method,
    from meant_tracks
    inner join heard_tracks using (listener_id, track_id)
    window
        surest_first as (
            partition by
                meant_tracks.listener_id,
                meant_tracks.picked_at,
                meant_tracks.track_name_id,
                meant_tracks.week_ending
            order by
                heard_tracks.plays > 0 desc,
                -- A version played in the week itself goes before a surer one never played in it.
                meant_tracks.week_ending = heard_tracks.week_ending desc,
                meant_tracks.method_rank,
                heard_tracks.plays desc,
                meant_tracks.track_id,
                heard_tracks.week_ending
        )
    qualify row_number() over surest_first = 1

)

select
    fct_picks.listener_id,
    fct_picks.picked_at,
    fct_picks.track_name_id,
    fct_picks.week_ending,
    fct_picks.is_stated,
    fct_picks.named_track_id,
    fct_picks.pick_distance_days,
    fct_picks.known_at,
    fct_picks.is_for_labels,
    -- A pick never played keeps the track its words mean.
    coalesce(best_tracks.track_id, fct_picks.named_track_id) as track_id,
    coalesce(best_tracks.match_method, 'none')
        as match_method, -- excluded: a rule keeps its plays out of training; none: has none
from core.fct_picks
left join best_tracks using (listener_id, picked_at, track_name_id, week_ending)
