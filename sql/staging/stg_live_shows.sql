-- Concerts that a listener has seen, each artist's name once a day whatever the lists.
--
-- grain: listener_id, artist_name_id, show_date

select
    listener_id,     -- the listener's integer
    artist_name_id,  -- a spelling of an artist
    show_date,       -- local day of the listener
from raw.live_shows
group by listener_id, artist_name_id, show_date
