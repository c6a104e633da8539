-- The candidates of one listener's weeks, and what the labels of one kind say of each.
--
-- $listener_id, $cutoff_policy, $label_kind.

select
    training_week_favorite.*,
    -- A week that the log covers in part says nothing of its candidates.
    fct_week_labels.track_id is not null and training_week_favorite.is_complete_week
        as is_labelled_week,
    -- Of a week without a label nothing is the favourite.
    coalesce(fct_week_labels.track_id = training_week_favorite.track_id, false) as is_favorite,
from marts.training_week_favorite
left join core.fct_week_labels
    on
        training_week_favorite.listener_id = fct_week_labels.listener_id
        and training_week_favorite.week_ending = fct_week_labels.week_ending
        and fct_week_labels.label_kind = $label_kind
where
    training_week_favorite.listener_id = $listener_id
    and training_week_favorite.cutoff_policy = $cutoff_policy
