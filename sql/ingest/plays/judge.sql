-- Which plays of a file are new. A record is known when an equal one is there already: the k-th of
-- a (listener, track, time) in the file against the k-th in raw. Exports with minutes and exports
-- with seconds meet inside the minute: a minute holds as many plays of a track as its richer
-- source says, and a play that was known to the minute takes over the second ('sharpens').
create or replace temp table judged as
with

counted as (

    select
        *,
        sum(cast(is_new_second as integer)) over minute_to_here as nth_new_second,
        sum(cast(is_new_second as integer)) over whole_minute as new_seconds,
    from temp.compared
    where is_mixed
    window
        minute_to_here as (
            partition by listener_id, track_name_id, played_minute
            order by played_at, time_precision desc, copy
        ),
        whole_minute as (partition by listener_id, track_name_id, played_minute)

),

mixed as (

    select
        *,
        case
            when is_new_second and nth_new_second <= minute_only_plays then 'sharpens'
            when is_new_second then 'kept'
            when time_precision = 'second' then 'known'
            when copy > minute_plays + greatest(new_seconds - minute_only_plays, 0) then 'kept'
            else 'known'
        end as verdict,
    from counted

)

select
    verdict,
    incoming_rowid,
    listener_id,
    track_name_id,
    album_name_id,
    played_at,
    played_minute,
    line,
    nth_new_second,
    stored_plays + row_number() over of_verdict - 1 as ordinal,
from mixed
window
    of_verdict as (
        partition by listener_id, track_name_id, played_at, verdict
        order by time_precision desc, line
    )
union all
-- Where all is to the second, the k-th copy is new or it is not.
select
    if(is_new_second, 'kept', 'known') as verdict,
    incoming_rowid,
    listener_id,
    track_name_id,
    album_name_id,
    played_at,
    played_minute,
    line,
    null as nth_new_second,
    copy - 1 as ordinal,
from temp.compared
where not is_mixed
union all
-- Alone in its minute: new.
select
    'kept' as verdict,
    incoming_rowid,
    listener_id,
    track_name_id,
    album_name_id,
    played_at,
    null as played_minute,
    line,
    null as nth_new_second,
    0 as ordinal,
from temp.named
anti join temp.crowded
    on
        named.listener_id = crowded.listener_id
        and named.track_name_id = crowded.track_name_id
        and date_trunc('minute', named.played_at) = crowded.played_minute
where
    source = $source
    and listener_id between $first_listener_id and $last_listener_id
