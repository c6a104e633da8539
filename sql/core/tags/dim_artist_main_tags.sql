-- The one tag that says most of an artist; of equal ones the more usual.
--
-- grain: artist_id

select
    artist_id,
    tag as main_tag,  -- the artist's tag of the largest weight
from core.fct_artist_tag_weights
window
    heaviest_first as (
        partition by artist_id
        order by weight desc, artists_count desc, tag
    )
qualify row_number() over heaviest_first = 1
