-- The one song that each week is labelled with: the pick, and beside it the proxy.
--
-- grain: listener_id, week_ending, label_kind
-- audit: label_kind in ('pick', 'proxy')

with

-- One pick a week. What was said of the week goes first, and of that the last, which corrects the
-- others; where nothing was said, the one named nearest to its end, the latest of equals.
chosen_picks as (

    select
        listener_id,
        week_ending,
        track_id,
        picked_at,
        match_method,
    from core.fct_pick_matches
    where is_for_labels
    window
        surest_first as (
            partition by listener_id, week_ending
            order by
                is_stated desc,
                case when is_stated then 0 else pick_distance_days end,
                picked_at desc,
                track_name_id
        )
    qualify row_number() over surest_first = 1

),

labelled as (

    select
        listener_id,
        week_ending,
        'pick' as label_kind,
        track_id,
        picked_at as labelled_at,
        match_method,
    from chosen_picks
    union all
    select
        fct_proxy_labels.listener_id,
        fct_proxy_labels.week_ending,
        'proxy' as label_kind,
        fct_proxy_labels.track_id,
        cast(null as timestamp) as labelled_at,
        'name' as match_method,
    from core.fct_proxy_labels

)

select
    labelled.listener_id,
    labelled.week_ending,
    labelled.label_kind,    -- pick: named by the listener; proxy: derived from later plays
    labelled.track_id,
    labelled.labelled_at,   -- UTC; when the pick was made, null for a proxy
    labelled.match_method,  -- how the pick was found among the plays
from labelled
inner join core.dim_listeners using (listener_id)
where labelled.week_ending >= dim_listeners.labels_start_date
