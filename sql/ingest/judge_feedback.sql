-- Which feedback is new: a listener gives a song a score once at a time.
create or replace temp table judged as
with

stated as (

    select
        incoming.line,
        listeners.listener_id,
        names.name_id as track_name_id,
        incoming.given_at,
        incoming.score,
        row_number() over equal_feedback as copy,
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
        equal_feedback as (
            partition by
                listeners.listener_id,
                names.name_id,
                incoming.given_at,
                incoming.score
            order by incoming.line
        )

),

stored as (

    select distinct
        listener_id,
        track_name_id,
        given_at,
        score,
        true as is_stored,
    from raw.feedback
    where source = $source

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.listener_id,
    stated.track_name_id,
    stated.given_at,
    stated.score,
from stated
left join stored using (listener_id, track_name_id, given_at, score)
