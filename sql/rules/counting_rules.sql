-- How many plays each counting rule counts, listener by listener.
select
    listener,
    counting,
    plays,
    counted_plays,
    tracks_count,
    artists_count,
    is_in_use,
from marts.counting_rules
order by listener, counted_plays desc, counting
