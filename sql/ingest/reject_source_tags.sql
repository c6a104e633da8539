-- A number belongs to the tag it was first given with; a second tag for it is a fault.
with

stated as (

    select
        source_tag_id,
        tag,
        line,
    from temp.incoming
    where reason is null
    union all
    select
        source_tag_id,
        tag,
        -1 as line,
    from raw.source_tags
    where source = $source

),

settled as (

    select
        source_tag_id,
        min_by(tag, line) as tag,
    from stated
    group by source_tag_id

)

update temp.incoming
set
    reason = 'another tag for the same number',
from settled
where
    incoming.reason is null
    and incoming.source_tag_id = settled.source_tag_id
    and incoming.tag != settled.tag
