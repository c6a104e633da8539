-- Which favourites are new: a listener names a song for a week once at a time.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        listeners.listener_id,
        names.name_id as track_name_id,
        incoming.picked_at,
        incoming.week_ending,
        incoming.spotify_track_id,
        incoming.idempotency_key,
        row_number() over equal_picks as copy,
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
        equal_picks as (
            partition by
                listeners.listener_id,
                names.name_id,
                incoming.picked_at,
                incoming.week_ending
            order by incoming.line
        )

),

stored as (

    select distinct
        listener_id,
        track_name_id,
        picked_at,
        week_ending,
        true as is_stored,
    from raw.picks

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.listener_id,
    stated.track_name_id,
    stated.picked_at,
    stated.week_ending,
    stated.spotify_track_id,
    stated.idempotency_key,
from stated
left join stored
    on
        stated.listener_id = stored.listener_id
        and stated.track_name_id = stored.track_name_id
        and stated.picked_at = stored.picked_at
        and stated.week_ending is not distinct from stored.week_ending
