-- Plays before the cut-off of labelled weeks by weekday, favourites apart. temp.report_candidates.

{% from 'macros.sql' import weekday %}

select
    {{ weekday('fct_plays.local_date') }} as weekday,
    report_candidates.is_favorite,
    count(*) as plays,
from core.fct_plays
inner join temp.report_candidates using (listener_id, week_ending, track_id)
where report_candidates.is_labelled_week and fct_plays.played_at < report_candidates.cutoff_at
group by weekday, report_candidates.is_favorite
order by weekday, report_candidates.is_favorite
