-- Plays of each artist, of all listeners together, by the name that is shown.
select
    dim_artists.artist_key,
    min(dim_artists.artist_name) as artist,
    count(*) as plays,
    count(*) filter (where fct_plays.is_counted) as counted_plays,
    count(*) filter (where fct_plays.is_in_charts) as chart_plays,
    count(*) filter (where fct_plays.is_in_training) as training_plays,
from core.fct_plays
inner join core.dim_artists using (artist_id)
group by dim_artists.artist_key
order by dim_artists.artist_key
