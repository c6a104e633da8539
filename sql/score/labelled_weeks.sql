-- The complete weeks that each listener's model learns from and is measured on.
--
-- Named favourites where there are at least $min_picks of them, else the proxy: never both.

with

counted as (

    select
        listener_id,
        count(*) filter (where label_kind = 'pick') as picks,
    from core.fct_week_labels
    inner join core.dim_weeks using (listener_id, week_ending)
    where is_complete
    group by listener_id

)

select
    fct_week_labels.listener_id,
    fct_week_labels.week_ending,
    fct_week_labels.label_kind,
from core.fct_week_labels
inner join core.dim_weeks using (listener_id, week_ending)
inner join counted using (listener_id)
where
    dim_weeks.is_complete
    and fct_week_labels.label_kind
    = case when counted.picks >= $min_picks then 'pick' else 'proxy' end
