-- Which played track each pick is: by an id, else name, loose name, work, or any credited artist.
--
-- Over 80 lines: five ways to find a track, one order among them.
--
-- grain: listener_id, picked_at, track_name_id, week_ending
-- audit: contains('spotify id|mbid|isrc|loose name|work|credit|excluded|none', match_method)

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

-- Whatever states an id of a recording: plays, the library and catalogues.
recording_ids as (

    select distinct
        dim_track_aliases.track_id,
        fct_stated_ids.id_type,
        fct_stated_ids.recording_id,
    from core.fct_stated_ids
    inner join core.dim_track_aliases using (track_name_id)

),

-- Two addresses of one ISRC are one recording.
isrcs_of_addresses as (

    select distinct
        stg_track_stats.spotify_track_id,
        stg_track_stats.isrc,
    from staging.stg_track_stats
    where stg_track_stats.spotify_track_id is not null and stg_track_stats.isrc is not null

),

picked_ids as (

    select
        listener_id,
        picked_at,
        track_name_id,
        week_ending,
        'spotify id' as id_type,
        picked_spotify_track_id as recording_id,
    from core.fct_picks
    where picked_spotify_track_id is not null
    union all
    select
        listener_id,
        picked_at,
        track_name_id,
        week_ending,
        'mbid' as id_type,
        picked_recording_mbid as recording_id,
    from core.fct_picks
    where picked_recording_mbid is not null
    union all
    select
        listener_id,
        picked_at,
        track_name_id,
        week_ending,
        'isrc' as id_type,
        picked_isrc as recording_id,
    from core.fct_picks
    where picked_isrc is not null
    union all
    select
        fct_picks.listener_id,
        fct_picks.picked_at,
        fct_picks.track_name_id,
        fct_picks.week_ending,
        'isrc' as id_type,
        isrcs_of_addresses.isrc as recording_id,
    from core.fct_picks
    inner join isrcs_of_addresses
        on fct_picks.picked_spotify_track_id = isrcs_of_addresses.spotify_track_id

),

-- Artists of whom one is credited where the other is.
credited_alike as (

    select distinct
        named_parts.artist_id as named_artist_id,
        dim_artist_parts.artist_id,
    from core.fct_picks
    inner join core.dim_tracks
        on fct_picks.named_track_id = dim_tracks.track_id
    inner join core.dim_artist_parts as named_parts
        on dim_tracks.artist_id = named_parts.artist_id
    inner join core.dim_artist_parts using (artist_part)
    where named_parts.artist_id != dim_artist_parts.artist_id

),

-- Every track that could be meant, with how sure the match is.
meant_tracks as (

    select
        picked_ids.listener_id,
        picked_ids.picked_at,
        picked_ids.track_name_id,
        picked_ids.week_ending,
        recording_ids.track_id,
        1 as method_rank,
        picked_ids.id_type as match_method,
    from picked_ids
    inner join recording_ids using (id_type, recording_id)
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
    union all
    -- "A, B" named it, and "A" is who the plays are by.
    select
        fct_picks.listener_id,
        fct_picks.picked_at,
        fct_picks.track_name_id,
        fct_picks.week_ending,
        dim_tracks.track_id,
        5 as method_rank,
        'credit' as match_method,
    from core.fct_picks
    inner join core.dim_tracks as named
        on fct_picks.named_track_id = named.track_id
    inner join credited_alike
        on named.artist_id = credited_alike.named_artist_id
    inner join core.dim_tracks
        on
            credited_alike.artist_id = dim_tracks.artist_id
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
