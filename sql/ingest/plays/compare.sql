-- Some listeners' plays of a file that share a minute with an equal one, in the file or in raw,
-- each beside what raw holds of its track at that time and minute. Most plays are alone in their
-- minute: they are new, and nothing has to be compared.
create or replace temp table crowded as
select
    listener_id,
    track_name_id,
    date_trunc('minute', played_at) as played_minute,
from temp.named
where
    source = $source
    and listener_id between $first_listener_id and $last_listener_id
group by all
having count(*) > 1
union
select
    listener_id,
    track_name_id,
    date_trunc('minute', played_at) as played_minute,
from raw.plays
where
    source = $source
    and listener_id between $first_listener_id and $last_listener_id;

create or replace temp table compared as
with

plays as (

    select
        named.*,
        crowded.played_minute,
        row_number() over equal_plays as copy,
    from temp.named
    inner join temp.crowded
        on
            named.listener_id = crowded.listener_id
            and named.track_name_id = crowded.track_name_id
            and date_trunc('minute', named.played_at) = crowded.played_minute
    where named.source = $source
    window
        equal_plays as (
            partition by
                named.listener_id,
                named.track_name_id,
                named.played_at,
                named.time_precision
            order by named.line
        )

),

minutes as (

    select
        listener_id,
        track_name_id,
        played_minute,
        bool_or(time_precision = 'minute') as has_minutes,
    from plays
    group by listener_id, track_name_id, played_minute

),

stored as (

    select
        plays.listener_id,
        plays.track_name_id,
        plays.played_at,
        date_trunc('minute', plays.played_at) as played_minute,
        count(*) as stored_plays,
        count(*) filter (where plays.time_precision = 'second') as stored_seconds,
    from raw.plays
    semi join minutes
        on
            plays.listener_id = minutes.listener_id
            and plays.track_name_id = minutes.track_name_id
            and date_trunc('minute', plays.played_at) = minutes.played_minute
    where
        plays.source = $source
        and plays.listener_id between $first_listener_id and $last_listener_id
    group by plays.listener_id, plays.track_name_id, plays.played_at

),

stored_minutes as (

    select
        listener_id,
        track_name_id,
        played_minute,
        sum(stored_plays) as minute_plays,
        sum(stored_plays - stored_seconds) as minute_only_plays,
    from stored
    group by listener_id, track_name_id, played_minute

)

select
    plays.*,
    -- Nothing stored is none, not unknown.
    coalesce(stored.stored_plays, 0) as stored_plays,
    coalesce(stored_minutes.minute_plays, 0) as minute_plays,
    coalesce(stored_minutes.minute_only_plays, 0) as minute_only_plays,
    plays.time_precision = 'second'
    and plays.copy > coalesce(stored.stored_seconds, 0) as is_new_second,
    minutes.has_minutes or coalesce(stored_minutes.minute_only_plays, 0) > 0 as is_mixed,
from plays
inner join minutes using (listener_id, track_name_id, played_minute)
left join stored using (listener_id, track_name_id, played_at, played_minute)
left join stored_minutes using (listener_id, track_name_id, played_minute)
