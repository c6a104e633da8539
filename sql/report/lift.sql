-- How often candidates are the favourite by bins of a feature, per the average. SYSTEMS A.12.
--
-- Bins are half open, [low, high); a null low is the bin of what is not known.

{% from 'macros.sql' import ratio %}

with

edges as (

    select
        'week_plays' as feature,
        [0e0, 1, 3, 6, 10, 15, 20, 25] as lows,
    union all
    select
        'last_2_days_plays' as feature,
        [0e0, 1, 3, 5, 7, 10, 14] as lows,
    union all
    select
        'last_day_plays' as feature,
        [0e0, 1, 3, 5, 7, 10] as lows,
    union all
    select
        'week_plays_rank' as feature,
        [1e0, 2, 3, 5, 7, 10] as lows,
    union all
    select
        'momentum_4w_ratio' as feature,
        [0e0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5] as lows,
    union all
    select
        'prior_plays' as feature,
        [0e0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89] as lows,
    union all
    select
        'release_age_days' as feature,
        [cast('-infinity' as double), 3, 7, 14, 30, 60, 90, 180, 365] as lows,

),

bins as (

    select
        feature,
        generate_subscripts(lows, 1) as bin_index,
        unnest(lows) as low,
        unnest(list_append(lows[2:], cast('infinity' as double))) as high,
    from edges

),

valued as (

    select
        is_favorite,
        unnest([
            {'feature': 'week_plays', 'value': cast(week_plays as double)},
            {'feature': 'last_2_days_plays', 'value': last_2_days_plays},
            {'feature': 'last_day_plays', 'value': last_day_plays},
            {'feature': 'week_plays_rank', 'value': week_plays_rank},
            {'feature': 'momentum_4w_ratio', 'value': momentum_4w_ratio},
            {'feature': 'prior_plays', 'value': prior_plays},
            {'feature': 'release_age_days', 'value': release_age_days},
        ], recursive := true),
    from temp.report_candidates
    where is_labelled_week

),

counted as (

    select
        valued.feature,
        bins.low,
        bins.high,
        bins.bin_index,
        count(*) as rows_count,
        count(*) filter (where valued.is_favorite) as favorites_count,
    from valued
    left join bins
        on
            valued.feature = bins.feature
            and valued.value >= bins.low
            and valued.value < bins.high
    group by valued.feature, bins.low, bins.high, bins.bin_index

)

select
    feature,
    low,
    high,
    rows_count,
    favorites_count,
    {{ ratio(
        ratio('favorites_count', 'rows_count'),
        ratio('sum(favorites_count) over by_feature', 'sum(rows_count) over by_feature')
    ) }} as lift_ratio,
from counted
window
    by_feature as (partition by feature)
order by feature, bin_index nulls last
