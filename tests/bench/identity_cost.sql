-- Plays of $listeners people over ten years, $plays each, straight into raw: 30,000 songs of 3,000
-- artists, the first ones far more often; sessions of twenty; one play in ten is reported again by a
-- second service that spells it otherwise, up to 100 seconds later.
insert into raw.listeners by name
select
    listener_id,
    'listener ' || listener_id as listener,
    false as is_demo,
    timestamp '2024-01-01' as created_at,
from range(1, $listeners + 1) as numbers(listener_id);

insert into raw.names by name
select
    number as name_id,
    'artist' as kind,
    'Artist ' || number as artist_name,
    'artist ' || number as artist_key,
    'artist ' || number as artist_loose_key,
    1 as key_version,
from range(1, 3001) as numbers(number)
union all by name
select
    3000 + number + 30000 * spelling as name_id,
    'track' as kind,
    'Artist ' || (1 + number % 3000) as artist_name,
    if(spelling = 0, 'Song ', 'SONG ') || number as title,
    'artist ' || (1 + number % 3000) as artist_key,
    'artist ' || (1 + number % 3000) as artist_loose_key,
    'song ' || number as title_key,
    'song ' || number as title_loose_key,
    'song ' || number as title_work_key,
    1 as key_version,
from range(1, 30001) as numbers(number)
cross join range(2) as spellings(spelling);

insert into raw.plays by name
with

heard as (

    select
        listener_id,
        place,
        1 + cast(floor(power((hash(listener_id, place) % 1000003) / 1000003e0, 2.5) * 29999) as integer)
            as song,
        timestamp '2014-01-05'
        + interval 1 second * (
            (place // 20) * (315000000 // ($plays // 20))
            + (place % 20) * 230
            + hash(place, listener_id) % 40
        ) as began_at,
        hash(listener_id, place, 1) % 10 = 0 as is_reported_twice,
    from range(1, $listeners + 1) as listeners(listener_id)
    cross join range($plays) as places(place)

)

select
    listener_id,
    'lastfm' as source,
    began_at as played_at,
    3000 + song as track_name_id,
    0 as ordinal,
    'start' as time_kind,
    'second' as time_precision,
    'track' as content_type,
    if(place % 3 = 0, 'mbid ' || song % 3000, null) as artist_mbid,
    if(place % 3 = 0, 'recording ' || song, null) as track_mbid,
    1 as import_id,
from heard
union all by name
select
    listener_id,
    'listenbrainz' as source,
    began_at + interval 1 second * (song % 100) as played_at,
    33000 + song as track_name_id,
    0 as ordinal,
    'start' as time_kind,
    'second' as time_precision,
    'track' as content_type,
    1 as import_id,
from heard
where is_reported_twice;
