-- The tracks whose spelling may name a guest.
select
    name_id as track_name_id,
    artist_name,
    title,
from raw.names
where
    kind = 'track'
    and artist_name is not null
    and title is not null
    and regexp_matches(artist_name || ' ' || title, '(?i)\b(feat|ft|featuring)\b')
group by all
order by name_id
