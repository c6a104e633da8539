-- Each labelled week: plays of the favourite and of the others. temp.report_candidates.

select
    week_ending,
    bool_or(is_favorite) as has_favorite,
    -- A favourite that is no candidate was not played before the cut-off.
    cast(coalesce(sum(week_plays) filter (where is_favorite), 0) as bigint) as favorite_plays,
    avg(week_plays) filter (where not is_favorite) as mean_other_plays,
    max(week_plays) filter (where not is_favorite) as most_other_plays,
    cast(sum(week_plays) as bigint) as all_plays,
    count(*) as candidates_count,
from temp.report_candidates
where is_labelled_week
group by week_ending
order by week_ending
