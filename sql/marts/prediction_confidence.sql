-- When a model was this confident in its song of the week, how often was it right.
--
-- Each week counts once, by the prediction that songs_of_the_week shows. Favourites that were named
-- and the proxy stand apart.
--
-- grain: listener_id, predictor, model, cutoff_policy, label_kind, band_low
-- audit: mean_probability >= 0 and mean_probability <= 1
-- audit: right_count <= weeks_count

{% from 'macros.sql' import ratio %}

with

banded as (

    select
        listener_id,
        predictor,
        model,
        cutoff_policy,
        label_kind,
        probability,
        is_right,
        case
            when probability < 0.1e0 then 0e0
            when probability < 0.2e0 then 0.1e0
            when probability < 0.3e0 then 0.2e0
            when probability < 0.4e0 then 0.3e0
            when probability < 0.6e0 then 0.4e0
            else 0.6e0
        end as band_low,
        case
            when probability < 0.1e0 then 0.1e0
            when probability < 0.2e0 then 0.2e0
            when probability < 0.3e0 then 0.3e0
            when probability < 0.4e0 then 0.4e0
            when probability < 0.6e0 then 0.6e0
            else 1e0
        end as band_high,
    from marts.songs_of_the_week
    where is_right is not null

)

select
    listener_id,
    predictor,
    model,
    cutoff_policy,
    label_kind,
    band_low,                                                   -- the band's least probability
    band_high,                                                  -- below it; of the last: up to 1
    count(*) as weeks_count,                                    -- weeks predicted in this band
    count(*) filter (where is_right) as right_count,            -- of them with the right song
    avg(probability) as mean_probability,                       -- what the model said, on average
    {{ ratio('count(*) filter (where is_right)', 'count(*)') }}
        as right_share,                                         -- how often it was right
from banded
group by
    listener_id,
    predictor,
    model,
    cutoff_policy,
    label_kind,
    band_low,
    band_high
