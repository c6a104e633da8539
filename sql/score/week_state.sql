-- How far a listener's log reaches, and what they picked so far.
--
-- $listener_id, $week_ending.

with

picks as (

    select
        week_ending,
        track_id,
        is_complete,
    from core.fct_week_labels
    inner join core.dim_weeks using (listener_id, week_ending)
    where
        label_kind = 'pick'
        and listener_id = $listener_id

)

select
    (
        select max(local_date)
        from core.fct_plays
        where listener_id = $listener_id
    ) as log_ends_on,
    (
        select max(week_ending)
        from core.dim_weeks
        where listener_id = $listener_id and is_complete
    ) as last_complete_week,
    (select count(*) from picks where is_complete) as picked_weeks,
    (select max(track_id) from picks where week_ending = $week_ending) as picked_track_id,
    (select count(*) from core.dim_listeners) as listeners,
