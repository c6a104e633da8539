-- An artist at an instant of a listener: what was known by then, and what came of it.
--
-- grain: listener_id, cutoff_at, artist_id

{% set grain = 'listener_id, cutoff_at, artist_id' %}

with

candidates as (

    select
        fct_taste_candidates.listener_id,
        fct_taste_candidates.cutoff_at,
        fct_taste_candidates.artist_id,
        fct_taste_candidates.is_heard,
        fct_taste_candidates.is_ever_heard,
        fct_taste_candidates.is_public,
        dim_taste_cutoffs.is_latest,
        dim_taste_cutoffs.known_days >= 91e0 as is_known, -- the log goes on for 91 days
        fct_taste_labels.next_91d_plays,
        fct_taste_labels.next_56d_plays,
        case
            when dim_taste_cutoffs.known_days >= 91e0
                then
                    fct_taste_candidates.is_heard
                    -- Who was not heard then was not liked.
                    and coalesce(fct_taste_labels.is_top_quarter, false)
        end as is_liked, -- heard before, and after it in the top quarter of what was heard
        case
            when dim_taste_cutoffs.known_days >= 91e0
                -- Likewise.
                then coalesce(fct_taste_labels.is_found, false)
        end as is_found, -- not heard in the year before, and 5 plays or more in the 56 days after
    from core.fct_taste_candidates
    inner join core.dim_taste_cutoffs using (listener_id, cutoff_at)
    left join core.fct_taste_labels
        on
            fct_taste_candidates.listener_id = fct_taste_labels.listener_id
            and fct_taste_candidates.cutoff_at = fct_taste_labels.cutoff_at
            and fct_taste_candidates.artist_id = fct_taste_labels.artist_id

)

select
    candidates.*,
    {% for feature in models('features', grain) %}
    {{ feature.table }}.* exclude ({{ grain }}),
    {% endfor %}
from candidates
{% for feature in models('features', grain) %}
left join {{ feature.name }} using ({{ grain }})
{% endfor %}
