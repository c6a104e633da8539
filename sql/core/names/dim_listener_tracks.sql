-- The name under which each listener knows a track: the spelling that they have played most.
--
-- Over 80 lines: titles are counted by track, names of artists by artist.
--
-- grain: listener_id, track_id

with

heard as (

    select
        listener_id,
        track_id,
        artist_id,
        track_name_id,
        count(*) as plays,
    from core.fct_plays
    group by listener_id, track_id, artist_id, track_name_id

),

-- Where a rule says what a name is, or whose play it is, the rule says what to show.
spelled as (

    select
        heard.listener_id,
        heard.track_id,
        heard.artist_id,
        track_name_id,
        dim_track_aliases.artist_name_id,
        heard.plays,
        dim_track_aliases.track_name,
        dim_track_aliases.artist_name,
        -- Most tracks are the only ones of their spelling.
        coalesce(dim_namesakes.spelled_track_id, heard.track_id) = dim_track_aliases.track_id
        and not dim_track_aliases.is_ruled as is_own_title,
        coalesce(dim_namesakes.spelled_artist_id, heard.artist_id) = dim_artist_aliases.artist_id
        and not dim_artist_aliases.is_ruled as is_own_artist,
    from heard
    inner join core.dim_track_aliases using (track_name_id)
    inner join core.dim_artist_aliases
        on dim_track_aliases.artist_name_id = dim_artist_aliases.artist_name_id
    left join core.dim_namesakes
        on heard.track_id = dim_namesakes.track_id

),

counted_titles as (

    select
        listener_id,
        track_id,
        track_name,
        min(track_name_id) as track_name_id,
        sum(plays) as plays,
    from spelled
    where is_own_title
    group by listener_id, track_id, track_name

),

-- Of equals the shortest, which has no marks for marks.
titles as (

    select
        listener_id,
        track_id,
        track_name,
    from counted_titles
    window
        most_played_first as (
            partition by listener_id, track_id
            order by plays desc, length(track_name), track_name, track_name_id
        )
    qualify row_number() over most_played_first = 1

),

counted_artists as (

    select
        listener_id,
        artist_id,
        artist_name,
        min(artist_name_id) as artist_name_id,
        sum(plays) as plays,
    from spelled
    where is_own_artist
    group by listener_id, artist_id, artist_name

),

artists as (

    select
        listener_id,
        artist_id,
        artist_name,
    from counted_artists
    window
        most_played_first as (
            partition by listener_id, artist_id
            order by plays desc, length(artist_name), artist_name, artist_name_id
        )
    qualify row_number() over most_played_first = 1

),

heard_tracks as (

    select
        listener_id,
        track_id,
    from heard
    group by listener_id, track_id

)

select
    heard_tracks.listener_id,
    heard_tracks.track_id,
    -- What a rule says is the name for all.
    coalesce(artists.artist_name, dim_tracks.artist_name) as artist_name,
    coalesce(titles.track_name, dim_tracks.track_name) as track_name,
from heard_tracks
inner join core.dim_tracks using (track_id)
left join titles using (listener_id, track_id)
left join artists
    on
        heard_tracks.listener_id = artists.listener_id
        and dim_tracks.artist_id = artists.artist_id
