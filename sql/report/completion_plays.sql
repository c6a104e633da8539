-- Plays of one listener with their outcome, and what was said of each before it. $listener_id.

with

said as (

    select
        source,
        reported_at,
        track_name_id,
        ordinal,
        probability,
        split,
    from ml.predictions
    where
        listener_id = $listener_id
        and predictor = 'completion'
        and task = 'pre_play'
        and target = 'completed'

)

select
    fct_outcomes.play_number,
    fct_session_plays.session_number,
    fct_session_plays.session_position_plays + 1 as session_place,
    extract(hour from fct_outcomes.local_at) as start_hour,
    cast(date_trunc('month', fct_outcomes.local_at) as date) as start_month,
    dim_artists.artist_name,
    fct_outcomes.platform_family,
    fct_outcomes.is_completed,
    said.probability,
    said.split,
from core.fct_outcomes
inner join core.fct_session_plays using (listener_id, play_number)
inner join core.dim_tracks using (track_id)
inner join core.dim_artists
    on dim_tracks.artist_id = dim_artists.artist_id
left join said
    on
        fct_outcomes.source = said.source
        and fct_outcomes.reported_at = said.reported_at
        and fct_outcomes.track_name_id = said.track_name_id
        and fct_outcomes.ordinal = said.ordinal
where fct_outcomes.listener_id = $listener_id
