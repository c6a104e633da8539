-- A listener's weeks, the newest first: what was heard, picked and predicted.
--
-- $listener_id, $before (a date; null: from the last week on), $most, $model.

with

weeks as (

    select
        week_ending,
        starts_at,
        ends_at,
        listened_plays,
        is_complete,
        is_running,
        is_current,
    from core.dim_weeks
    where
        listener_id = $listener_id
        and ($before is null or week_ending < $before)
    order by week_ending desc
    limit $most

),

picks as (

    select
        fct_week_labels.week_ending,
        dim_tracks.artist_name,
        dim_tracks.track_name,
    from core.fct_week_labels
    inner join core.dim_tracks using (track_id)
    where
        fct_week_labels.listener_id = $listener_id
        and fct_week_labels.label_kind = 'pick'

),

forecasts as (

    select
        week_ending,
        predicted_artist_name,
        predicted_track_name,
        probability,
        is_backfill,
        is_right,
    from marts.songs_of_the_week
    where
        listener_id = $listener_id
        and model = $model
    window
        -- Up to the pick rather than to the end of the week, where both are known.
        usual_first as (partition by week_ending order by cutoff_policy desc)
    qualify row_number() over usual_first = 1

)

select
    weeks.week_ending,
    weeks.starts_at,
    weeks.ends_at,
    weeks.listened_plays as plays,
    weeks.is_complete,
    weeks.is_running,
    weeks.is_current,
    picks.artist_name as picked_artist,
    picks.track_name as picked_track,
    forecasts.predicted_artist_name as predicted_artist,
    forecasts.predicted_track_name as predicted_track,
    forecasts.probability,
    forecasts.is_backfill,
    forecasts.is_right,
from weeks
left join picks using (week_ending)
left join forecasts using (week_ending)
order by weeks.week_ending desc
