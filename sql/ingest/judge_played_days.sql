-- Which days are new: a source says of a listener once that a track was played on a day.
create or replace temp table judged as
with

stated as (

    select
        line,
        listener_id,
        track_name_id,
        played_on,
        row_number() over equal_days as copy,
    from temp.named
    window
        equal_days as (
            partition by listener_id, track_name_id, played_on
            order by line
        )

),

stored as (

    select distinct
        listener_id,
        track_name_id,
        played_on,
        true as is_stored,
    from raw.played_days
    where source = $source

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.listener_id,
    stated.track_name_id,
    stated.played_on,
from stated
left join stored using (listener_id, track_name_id, played_on)
