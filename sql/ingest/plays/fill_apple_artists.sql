-- Apple's log of plays without artists takes them from what was played on which day (read before):
-- the same title, on the day itself rather than the day before or after, as days are local there
-- and times are UTC. Where two artists fit equally well, it is left out: a guess is a wrong play.
with

days as (

    select distinct
        played_days.played_on,
        string_split(names.artist_name || ' - ' || names.title, ' - ') as parts,
    from raw.played_days
    inner join raw.listeners using (listener_id)
    inner join raw.names
        on
            played_days.track_name_id = names.name_id
            and names.key_version = $key_version
    where listeners.listener = $listener and played_days.source = $source

),

-- 'A - B - C' is B - C by A, else C by A - B.
cuts as (

    select
        played_on,
        parts,
        unnest(generate_series(1, len(parts) - 1)) as cut,
    from days

),

described as (

    select
        played_on,
        cut,
        array_to_string(parts[:cut], ' - ') as artist,
        lower(nfc_normalize(array_to_string(parts[cut + 1:], ' - '))) as title,
    from cuts

),

wanting as (

    select
        line,
        cast(played_at as date) as played_on,
        lower(nfc_normalize(track)) as title,
    from temp.incoming
    where artist is null and reason is null

),

nearest as (

    select
        wanting.line,
        described.artist,
    from wanting
    inner join described
        on
            wanting.title = described.title
            and described.played_on between wanting.played_on - 1 and wanting.played_on + 1
    window
        by_nearness as (
            partition by wanting.line
            order by abs(wanting.played_on - described.played_on), described.cut
        )
    qualify rank() over by_nearness = 1

),

answers as (

    select
        line,
        min(artist) as any_artist,
        count(distinct lower(nfc_normalize(artist))) as artists,
    from nearest
    group by line

),

found as (

    select
        wanting.line,
        if(answers.artists = 1, answers.any_artist, null) as artist,
        case
            when answers.artists > 1
                then 'no artist: several have a song of that title that day'
            when answers.artists = 1 then null
            when (select count(*) from days) > 0
                then 'no artist: the daily tracks do not name the song'
            else 'no artist: import Apple Music - Play History Daily Tracks.csv with it'
        end as reason,
    from wanting
    left join answers using (line)

)

update temp.incoming
set
    artist = found.artist,
    reason = found.reason,
    record = if(
        found.reason is null,
        null,
        concat_ws(', ', incoming.album, incoming.track, incoming.played_at)
    ),
from found
where incoming.line = found.line and incoming.reason is null
