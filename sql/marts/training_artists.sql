-- Who played which artist how often: the listeners here, and their neighbours of public data sets.
--
-- grain: person, artist_id
-- audit: plays > 0
-- audit: (listener_id is null) = (first_heard_at is null)

select
    'listener ' || cast(listener_id as varchar) as person,  -- a listener here, or a neighbour
    artist_id,
    listener_id,        -- null: a neighbour
    plays,
    decayed_plays,      -- one 90 days ago counts half; null: it is not known when
    first_heard_at,     -- UTC; null: it is not known when
    last_heard_at,      -- UTC; null: it is not known when
from core.fct_listener_artists
union all
select
    neighbour as person,
    artist_id,
    cast(null as integer) as listener_id,
    plays,
    cast(null as double) as decayed_plays,
    cast(null as timestamp) as first_heard_at,
    cast(null as timestamp) as last_heard_at,
from core.fct_neighbour_plays
