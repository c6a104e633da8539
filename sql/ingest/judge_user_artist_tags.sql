-- Which assignments of a tag are new. Two files of the set list the same ones, with days and with
-- times; a user gives an artist a tag once.
create or replace temp table judged as
with

stated as (

    select
        line,
        source_user_id,
        source_artist_id,
        source_tag_id,
        tagged_on,
        row_number() over equal_tags as copy,
    from temp.incoming
    where reason is null
    window
        equal_tags as (
            partition by source_user_id, source_artist_id, source_tag_id
            order by line
        )

),

stored as (

    select
        source_user_id,
        source_artist_id,
        source_tag_id,
        true as is_stored,
    from raw.user_artist_tags
    where source = $source

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.source_user_id,
    stated.source_artist_id,
    stated.source_tag_id,
    stated.tagged_on,
from stated
left join stored using (source_user_id, source_artist_id, source_tag_id)
