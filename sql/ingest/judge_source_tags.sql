-- Which tags of a data set are new; its numbers are the key.
create or replace temp table judged as
with

stated as (

    select
        line,
        source_tag_id,
        tag,
        tag_key,
        row_number() over equal_ids as copy,
    from temp.incoming
    where reason is null
    window
        equal_ids as (
            partition by source_tag_id
            order by line
        )

),

stored as (

    select
        source_tag_id,
        true as is_stored,
    from raw.source_tags
    where source = $source

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.source_tag_id,
    stated.tag,
    stated.tag_key,
from stated
left join stored using (source_tag_id)
