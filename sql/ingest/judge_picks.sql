-- Which favourites are new: a listener names a song for a week once at a time.
create or replace temp table judged as
with

stated as (

    select
        line,
        listener_id,
        track_name_id,
        picked_at,
        week_ending,
        spotify_track_id,
        idempotency_key,
        row_number() over equal_picks as copy,
    from temp.named
    window
        equal_picks as (
            partition by
                listener_id,
                track_name_id,
                picked_at,
                week_ending
            order by line
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
