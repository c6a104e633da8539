-- Who gave which tag to which artist that anybody plays; without a person a catalogue says so.
--
-- is_played: the person also plays the artist, so what they say of it tells of their plays.

select
    fct_neighbour_tags.neighbour as person,
    fct_neighbour_tags.artist_id,
    fct_neighbour_tags.tag_key,
    training_artists.person is not null as is_played,
from core.fct_neighbour_tags
semi join marts.training_artists as played
    on fct_neighbour_tags.artist_id = played.artist_id
left join marts.training_artists
    on
        fct_neighbour_tags.neighbour = training_artists.person
        and fct_neighbour_tags.artist_id = training_artists.artist_id
union all
select
    '' as person,
    fct_artist_tags.artist_id,
    fct_artist_tags.tag_key,
    false as is_played,
from core.fct_artist_tags
semi join marts.training_artists using (artist_id)
order by person, artist_id, tag_key
