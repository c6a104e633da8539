-- What each listener played of each artist in each month.

select
    listener_id,
    artist_id,
    extract(year from played_at) * 12 + extract(month from played_at) as month_number,
    count(*) as plays,
from core.fct_plays
where is_in_training
group by
    listener_id,
    artist_id,
    extract(year from played_at) * 12 + extract(month from played_at)
order by listener_id, month_number, artist_id
