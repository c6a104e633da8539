-- Which shows are new: a listener sees an artist once a day, however the lists spell the name.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        listeners.listener_id,
        names.name_id as artist_name_id,
        names.artist_key,
        incoming.show_date,
        row_number() over equal_shows as copy,
    from temp.incoming
    inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
    inner join raw.names
        on
            names.kind = 'artist'
            and incoming.artist = names.artist_name
            and names.key_version = $key_version
    where incoming.reason is null
    window
        equal_shows as (
            partition by listeners.listener_id, names.artist_key, incoming.show_date
            order by incoming.line
        )

),

stored as (

    select distinct
        live_shows.listener_id,
        names.artist_key,
        live_shows.show_date,
        true as is_stored,
    from raw.live_shows
    inner join raw.names
        on
            live_shows.artist_name_id = names.name_id
            and names.key_version = $key_version

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.listener_id,
    stated.artist_name_id,
    stated.show_date,
from stated
left join stored using (listener_id, artist_key, show_date)
