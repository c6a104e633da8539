-- The credits of temp.credited that are not there yet.
insert into raw.credits by name
with

artists as (

    select
        artist_name,
        min(name_id) as artist_name_id,
    from raw.names
    where kind = 'artist'
    group by artist_name

)

select distinct
    credited.track_name_id,
    artists.artist_name_id,
    credited.position,
    credited.is_guest,
    credited.stated_by,
from temp.credited
inner join artists using (artist_name)
anti join raw.credits
    on
        credited.track_name_id = credits.track_name_id
        and artists.artist_name_id = credits.artist_name_id
        and credited.position = credits.position
        and credited.is_guest = credits.is_guest
        and credited.stated_by = credits.stated_by
order by all
