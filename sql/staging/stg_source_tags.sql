-- The tags of public data sets by their own numbers.
--
-- grain: source, source_tag_id

select
    source,
    source_tag_id,            -- the data set's own number
    min(tag_key) as tag_key,  -- strict key of the tag
from raw.source_tags
group by source, source_tag_id
