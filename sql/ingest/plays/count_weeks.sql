-- How many plays a file has, in how many weeks; a week from Wednesday holds the favourites of one.
select
    count(*) as plays,
    count(distinct date_trunc('week', played_at - interval '2 days')) as weeks,
from temp.incoming
where reason is null
