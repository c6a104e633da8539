-- Other words for a tag.
--
-- grain: spelling

select
    spelling,  -- as people write it
    tag,       -- what is meant
from {{ seed('tag_synonyms') }}
