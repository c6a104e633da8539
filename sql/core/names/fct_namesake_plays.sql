-- Plays of a second artist, or a second song, that is spelled as the first: by the ids of both.
--
-- Over 80 lines: artists are told by their ids, songs by theirs and their lengths.
--
-- grain: listener_id, source, reported_at, track_name_id, ordinal
-- audit: namesake_place between 1 and 19

{% from 'macros.sql' import ratio %}

-- Ids of names are below it.
{% set offset = 100000000 %}

with

stated as (

    select
        stg_plays.listener_id,
        stg_plays.source,
        stg_plays.reported_at,
        stg_plays.track_name_id,
        stg_plays.ordinal,
        stg_plays.played_at,
        dim_track_aliases.track_id,
        dim_track_aliases.artist_id,
        dim_track_aliases.work_id,
        dim_album_aliases.album_id,
        -- Last.fm knows an artist by the name alone, and a credit of several has the id of any.
        case
            when
                stg_plays.source not in ('lastfm', 'librefm')
                and not regexp_matches(
                    dim_track_aliases.artist_key, ',|&|[+]|/| and | feat| ft[. ]| x | with '
                )
                then stg_plays.artist_mbid
        end as artist_mbid,
        -- Of a service without addresses the recording.
        coalesce(stg_plays.played_spotify_track_id, stg_plays.track_mbid) as recording_id,
        case
            when stg_plays.stated_duration_ms is not null then stg_plays.stated_duration_ms
            when
                stg_plays.reason_end = 'trackdone'
                and stg_plays.reason_start not in ('appload', 'playbtn')
                and stg_plays.ms_played >= 10000
                then stg_plays.ms_played
        end as whole_ms,
    from staging.stg_plays
    inner join core.dim_track_aliases using (track_name_id)
    left join core.dim_album_aliases using (album_name_id)

),

artist_ids as (

    select
        artist_id,
        artist_mbid,
        min(played_at) as first_at,
    from stated
    where artist_mbid is not null
    group by artist_id, artist_mbid
    -- One record may be wrong.
    having count(*) >= 2

),

namesake_artists as (

    select
        artist_id,
        artist_mbid,
        row_number() over first_heard_first - 1 as artist_place,
    from artist_ids
    window
        first_heard_first as (
            partition by artist_id
            order by first_at, artist_mbid
        ),
        of_name as (partition by artist_id)
    qualify count(*) over of_name between 2 and 9

),

-- Jumped within, or heard again at once, a play is shorter or longer than its song: the middle one.
recordings as (

    select
        track_id,
        recording_id,
        min(played_at) as first_at,
        min(album_id) as album_id,
        median(whole_ms) as whole_ms,
    from stated
    where recording_id is not null
    group by track_id, recording_id
    -- Half a minute heard once may be the end of a song that was jumped to.
    having median(whole_ms) >= 30000e0 or count(whole_ms) >= 2

),

followed as (

    select
        *,
        lag(whole_ms) over by_length as shorter_ms,
        lag(album_id) over by_length as shorter_album_id,
        {{ ratio('whole_ms', 'lag(whole_ms) over by_length') }} as times_shorter,
    from recordings
    window
        by_length as (
            partition by track_id
            order by whole_ms, recording_id
        )

),

-- On another album, and by a fifth and ten seconds longer: an edit or a fade is not another song,
-- and twice the song is the song.
stepped as (

    select
        *,
        -- The shortest is longer than none.
        coalesce(
            whole_ms > shorter_ms * 1.25e0
            and whole_ms > shorter_ms + 10000e0
            and abs(times_shorter - round(times_shorter)) > 0.1e0
            and album_id != shorter_album_id, false
        ) as is_longer,
    from followed

),

lengths as (

    select
        *,
        sum(cast(is_longer as integer)) over to_here as length_number,
        bool_or(is_longer) over of_track as has_namesakes,
    from stepped
    window
        to_here as (
            partition by track_id
            order by whole_ms, recording_id
        ),
        of_track as (partition by track_id)

),

first_heard as (

    select
        *,
        min(first_at) over of_length as length_first_at,
    from lengths
    where has_namesakes
    window
        of_length as (partition by track_id, length_number)

),

namesake_songs as (

    select
        track_id,
        recording_id,
        dense_rank() over first_heard_first - 1 as song_place,
    from first_heard
    window
        first_heard_first as (
            partition by track_id
            order by length_first_at, length_number
        )
    qualify dense_rank() over first_heard_first <= 9

),

-- A play that states no id is of the song that is on its album, and of the artist of its title.
album_songs as (

    select
        stated.track_id,
        stated.album_id,
        min(namesake_songs.song_place) as song_place,
    from stated
    inner join namesake_songs using (track_id, recording_id)
    where stated.album_id is not null
    group by stated.track_id, stated.album_id
    having min(namesake_songs.song_place) = max(namesake_songs.song_place)

),

title_ids as (

    select
        stated.track_id,
        stated.artist_mbid,
        min(namesake_artists.artist_place) as artist_place,
        count(*) as records_count,
    from stated
    inner join namesake_artists using (artist_id, artist_mbid)
    group by stated.track_id, stated.artist_mbid

),

title_artists as (

    select
        track_id,
        artist_place,
    from title_ids
    window
        most_records_first as (
            partition by track_id
            order by records_count desc, artist_mbid
        )
    qualify row_number() over most_records_first = 1

),

placed as (

    select
        stated.*,
        -- Of a song that no id is stated of: the first artist's.
        coalesce(namesake_artists.artist_place, title_artists.artist_place, 0) as artist_place,
        coalesce(namesake_songs.song_place, album_songs.song_place, 0) as song_place,
    from stated
    left join namesake_artists using (artist_id, artist_mbid)
    left join title_artists
        on stated.track_id = title_artists.track_id
    left join namesake_songs
        on
            stated.track_id = namesake_songs.track_id
            and stated.recording_id = namesake_songs.recording_id
    left join album_songs
        on
            stated.track_id = album_songs.track_id
            and stated.album_id = album_songs.album_id

),

numbered as (

    select
        *,
        case
            when artist_place > 0 then artist_place
            when song_place > 0 then 10 + song_place
            else 0
        end as place,
    from placed

)

select
    listener_id,
    source,
    reported_at,
    track_name_id,
    ordinal,
    track_id as spelled_track_id,    -- the track that its spelling means
    artist_id as spelled_artist_id,  -- and its artist
    artist_mbid,
    cast(place as integer) as namesake_place, -- 1, 2, …: other artists; 11, …: other songs
    cast(track_id + {{ offset }} * place as integer) as named_track_id, -- the track that is meant
    cast(artist_id + {{ offset }} * artist_place as integer) as named_artist_id, -- its artist
    cast(work_id + {{ offset }} * place as integer) as named_work_id, -- its work
from numbered
where place > 0
