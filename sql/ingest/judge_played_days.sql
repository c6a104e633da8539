-- Which days are new: a source says of a listener once that a track was played on a day.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        listeners.listener_id,
        names.name_id as track_name_id,
        incoming.played_on,
        row_number() over equal_days as copy,
    from temp.incoming
    inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
    inner join raw.names
        on
            names.kind = 'track'
            and incoming.artist = names.artist_name
            and incoming.track = names.title
            and names.key_version = $key_version
    where incoming.reason is null
    window
        equal_days as (
            partition by listeners.listener_id, names.name_id, incoming.played_on
            order by incoming.line
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
