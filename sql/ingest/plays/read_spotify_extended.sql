-- What the fields of a Spotify extended history mean; temp.spotify_records has them as texts, and
-- empty ones say nothing. Others make times numbers since 1970, and addresses ids or pages.
with

stated as (

    select
        *,
        nullif(master_metadata_track_name, '') as song,
        nullif(master_metadata_album_artist_name, '') as song_artist,
        nullif(master_metadata_album_album_name, '') as song_album,
        case
            when starts_with(spotify_track_uri, 'spotify:') then spotify_track_uri
            else 'spotify:track:' || nullif(regexp_extract(spotify_track_uri, $bare_track, 1), '')
        end as song_uri,
        nullif(episode_name, '') as episode,
        nullif(episode_show_name, '') as podcast,
        if(starts_with(spotify_episode_uri, 'spotify:'), spotify_episode_uri, null) as episode_uri,
        nullif(audiobook_title, '') as book,
        coalesce(nullif(audiobook_chapter_title, ''), book) as chapter,
        coalesce(audiobook_chapter_uri, audiobook_uri) as any_book_uri,
        if(starts_with(any_book_uri, 'spotify:'), any_book_uri, null) as book_uri,
        coalesce(song_uri, episode_uri, book_uri) as uri,
        case
            when coalesce(song_uri, song, song_artist) is not null then 'song'
            when coalesce(episode_uri, episode, podcast) is not null then 'podcast'
            when coalesce(book_uri, book, chapter) is not null then 'audiobook'
        end as content,
        -- Written by Spotify as …Z, once as … UTC, by others with an offset or no seconds.
        replace(replace(ts, ' UTC', ''), 'Z', '') as clock,
        regexp_matches(clock, '\d[+-]\d\d:?\d*$') and position(':' in clock) > 0 as has_offset,
        try_cast(clock as bigint) as clock_number,
        left(nullif(trim(ts), 'NaN'), 1) as stamp,
        try_cast(ms_played as bigint) as ms,
        try_cast(offline_timestamp as bigint) as offline_number,
    from temp.spotify_records

),

named as (

    select
        *,
        if(content = 'song', song_artist, if(content = 'podcast', podcast, book)) as stated_artist,
        if(content = 'song', song, if(content = 'podcast', episode, chapter)) as stated_track,
        if(content = 'song', song_album, null) as stated_album,
        case
            when clock_number between 1000000000 and 99999999999999
                then make_timestamp(clock_number * if(clock_number < 100000000000, 1000000, 1000))
            -- A date alone is no time.
            when position(':' in clock) = 0 then null
            when has_offset then try_cast(clock as timestamptz) at time zone 'UTC'
            else try_cast(clock as timestamp)
        end as ended_at,
    from stated

)

select
    line,
    case
        when ended_at is null and stamp not in ('', '{', '[') then 'time not understood'
        when content is null and ended_at is null and ms is null then 'not a play'
        when stated_artist is null and stated_track is null and uri is not null
            then 'no names, only an address: no longer on Spotify'
        when stated_artist is null and stated_track is null then 'no track'
    end as reason,
    -- Times and addresses only where they look like such: other texts could be of a person.
    if(
        reason is not null,
        concat_ws(
            ', ',
            regexp_extract(ts, '^\d{4}-[0-9TZ:+., -]{1,35}$'),
            regexp_extract(uri, '^spotify:[a-z]+:[0-9A-Za-z]{1,40}$')
        ),
        null
    ) as record,
    case
        when contains($unseen, left(stated_artist, 1)) or contains($unseen, right(stated_artist, 1))
            then if(trim(stated_artist, $unseen) = '', null, trim(stated_artist, $blanks))
        else stated_artist
    end as artist,
    case
        when contains($unseen, left(stated_track, 1)) or contains($unseen, right(stated_track, 1))
            then if(trim(stated_track, $unseen) = '', null, trim(stated_track, $blanks))
        else stated_track
    end as track,
    case
        when contains($unseen, left(stated_album, 1)) or contains($unseen, right(stated_album, 1))
            then if(trim(stated_album, $unseen) = '', null, trim(stated_album, $blanks))
        else stated_album
    end as album,
    ended_at as played_at,
    if(ended_at is null or clock_number > 0 or clock like '%:__:%', 'second', 'minute')
        as time_precision,
    'end' as time_kind,
    -- A music video has names and no address, in files that give addresses.
    if(content = 'song', if(uri is null and $has_addresses, 'video', 'track'), content)
        as content_type,
    -- No play is longer than a day.
    if(ms between 0 and 86400000, ms, null) as ms_played,
    try_cast(replace(skipped, '.0', '') as boolean) as skipped,
    nullif(trim(reason_start), '') as reason_start,
    nullif(trim(reason_end), '') as reason_end,
    nullif(trim(platform), '') as platform,
    nullif(nullif(upper(trim(conn_country)), ''), 'ZZ') as country,
    try_cast(replace(shuffle, '.0', '') as boolean) as is_shuffle,
    try_cast(replace(offline, '.0', '') as boolean) as is_offline,
    try_cast(replace(incognito_mode, '.0', '') as boolean) as is_private,
    -- Milliseconds in some years, seconds in others.
    if(
        offline_number between 1000000000 and 99999999999999,
        make_timestamp(offline_number * if(offline_number < 100000000000, 1000000, 1000)),
        null
    ) as offline_at,
    nullif(regexp_extract(song_uri, '^spotify:track:([0-9A-Za-z]{1,40})$', 1), '')
        as spotify_track_id,
from named
