-- Which pairs of user and artist are new.
create or replace temp table judged as
with

stated as (

    select
        line,
        source_user_id,
        source_artist_id,
        plays,
        row_number() over equal_pairs as copy,
    from temp.incoming
    where reason is null
    window
        equal_pairs as (
            partition by source_user_id, source_artist_id
            order by line
        )

),

stored as (

    select
        source_user_id,
        source_artist_id,
        true as is_stored,
    from raw.user_artists
    where source = $source

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.source_user_id,
    stated.source_artist_id,
    stated.plays,
from stated
left join stored using (source_user_id, source_artist_id)
