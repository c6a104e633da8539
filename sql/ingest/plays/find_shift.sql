-- Of the new plays of a file, how many repeat those of another service some whole or half hours
-- later; the distance that most of them have.
with

songs as (

    select
        name_id,
        artist_loose_key,
        title_work_key,
    from raw.names
    where kind = 'track' and key_version = $key_version

),

fresh as (

    select
        plays.listener_id,
        plays.line,
        plays.played_at
        - case when plays.time_kind = 'end' then coalesce(plays.ms_played, 0) else 0 end
        * interval '0.001 seconds' as started_at,
        songs.artist_loose_key,
        songs.title_work_key,
    from raw.plays
    inner join songs on plays.track_name_id = songs.name_id
    where plays.import_id = $import_id and plays.superseded_by is null

),

others as (

    select
        plays.listener_id,
        plays.source,
        plays.played_at
        - case when plays.time_kind = 'end' then coalesce(plays.ms_played, 0) else 0 end
        * interval '0.001 seconds' as started_at,
        songs.artist_loose_key,
        songs.title_work_key,
    from raw.plays
    inner join songs on plays.track_name_id = songs.name_id
    where
        plays.source != $source
        and plays.superseded_by is null
        and plays.listener_id in (select listener_id from fresh)

),

apart as (

    select
        fresh.line,
        others.source,
        date_diff('second', others.started_at, fresh.started_at) as seconds_later,
    from fresh
    inner join others using (listener_id, artist_loose_key, title_work_key)
    where
        fresh.started_at between others.started_at - interval '14 hours'
        and others.started_at + interval '14 hours'

),

sizes as (

    select
        count(*) as all_plays,
    from fresh

),

counted as (

    select
        source,
        round(seconds_later / 1800.0) / 2 as hours_later,
        count(distinct line) as plays,
    from apart
    where abs(seconds_later - round(seconds_later / 1800.0) * 1800) <= 120
    group by source, hours_later

)

select
    source,
    hours_later,
    plays,
    sizes.all_plays,
from counted
cross join sizes
where
    hours_later != 0
    and plays >= 5
    and plays * 4 >= sizes.all_plays
    -- Where as many are at the same time, the song is heard every day.
    and plays > (select coalesce(max(plays), 0) from counted where hours_later = 0)
order by plays desc, hours_later
limit 1
