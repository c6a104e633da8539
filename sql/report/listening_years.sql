-- What was heard in each year: plays, how much, how many of each kind, what was new. $listener_id.

with

artists as (

    select
        year,
        cast(sum(plays) as bigint) as plays,
        cast(round(sum(ms_played) / 3600000) as bigint) as hours,
        cast(sum(unknown_length_plays) as bigint) as unknown_length_plays,
        count(*) as artists,
        count(*) filter (where is_discovery) as new_artists,
    from marts.yearly_plays
    where
        listener_id = $listener_id
        and item_kind = 'artist'
    group by year

),

works as (

    select
        year,
        count(*) as songs,
        count(*) filter (where is_discovery) as new_songs,
        cast(sum(plays) filter (where is_discovery) as bigint) as new_song_plays,
    from marts.yearly_plays
    where
        listener_id = $listener_id
        and item_kind = 'work'
    group by year

)

select
    artists.year,
    artists.plays,
    artists.hours,
    artists.unknown_length_plays,
    artists.artists,
    artists.new_artists,
    works.songs,
    works.new_songs,
    coalesce(works.new_song_plays, 0) as new_song_plays, -- none: no song was new
from artists
inner join works using (year)
order by artists.year
