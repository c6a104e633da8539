-- Tags that anonymous users of public data sets gave to artists, each once.
--
-- grain: source, source_user_id, source_artist_id, source_tag_id

select
    source,
    source_user_id,
    source_artist_id,
    source_tag_id,
    min(tagged_on) as tagged_date,  -- first day on which it was given
from raw.user_artist_tags
group by source, source_user_id, source_artist_id, source_tag_id
