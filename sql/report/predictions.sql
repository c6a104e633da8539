-- The song that a model ranked first in each week of which the label is known, in order of time.
--
-- $predictor, $model, $listener_id, $cutoff_policy, $label_kind.

select
    week_ending,
    predicted_artist_name,
    predicted_track_name,
    favorite_artist_name,
    favorite_track_name,
    probability,
    is_right,
    is_backfill,
from marts.songs_of_the_week
where
    predictor = $predictor
    and model = $model
    and listener_id = $listener_id
    and cutoff_policy = $cutoff_policy
    and label_kind = $label_kind
    and is_right is not null
order by week_ending
