-- How far each playlist had grown with every addition, and whether it then looked like favourites.
--
-- Over 80 lines: how a list grew and what that makes of it are judged at each addition.
--
-- grain: listener_id, source, playlist, added_at
-- audit: items_count >= weeks_count and weeks_count >= 1
-- audit: known_at >= added_at

{% from 'macros.sql' import week_ending, week_number %}

with

added as (

    select
        stg_playlist_items.listener_id,
        stg_playlist_items.source,
        stg_playlist_items.playlist,
        stg_playlist_items.added_at,
        {{ week_ending('cast(stg_playlist_items.added_at as date)', 'dim_listeners.week_ends_on') }}
            as week_ending,
        count(*) as songs,
    from staging.stg_playlist_items
    inner join core.dim_listeners using (listener_id)
    -- Some lists do not say when a song was added, so not how they grew.
    where stg_playlist_items.added_at is not null
    group by
        stg_playlist_items.listener_id,
        stg_playlist_items.source,
        stg_playlist_items.playlist,
        stg_playlist_items.added_at,
        dim_listeners.week_ends_on

),

-- Each addition sees those up to itself: how a list grows later says nothing of what it was.
grown as (

    select
        listener_id,
        source,
        playlist,
        added_at,
        cast(sum(songs) over to_date as bigint) as items_count,
        dense_rank() over oldest_week_first as weeks_count,
        {{ week_number('week_ending') }} - min({{ week_number('week_ending') }}) over to_date + 1
            as span_weeks,
    from added
    window
        to_date as (
            partition by listener_id, source, playlist
            order by added_at
            range between unbounded preceding and current row
        ),
        oldest_week_first as (
            partition by listener_id, source, playlist
            order by week_ending
        )

),

-- What the listener names is the rule; without a name it is a list that grows by one a week.
named as (

    select
        listener_id,
        count(*) as named_count,
    from staging.stg_favorite_playlists
    group by listener_id

),

judged as (

    select
        grown.listener_id,
        grown.source,
        grown.playlist,
        grown.added_at,
        grown.items_count,
        grown.weeks_count,
        grown.span_weeks,
        case
            when named.named_count is not null
                then stg_favorite_playlists.playlist is not null
            else
                grown.weeks_count >= 3
                and 5 * grown.weeks_count >= 4 * grown.items_count
                and grown.span_weeks <= 2 * grown.weeks_count
        end as looks_like_favorites,
    from grown
    left join named using (listener_id)
    left join staging.stg_favorite_playlists using (listener_id, playlist)

)

select
    listener_id,
    source,
    playlist,
    added_at,              -- UTC; when songs were put on the list
    items_count,           -- songs on it
    weeks_count,           -- weeks in which one was added
    span_weeks,            -- weeks from the first to the last of them
    looks_like_favorites as is_favorites, -- named in sotw.toml; none is: about a song a week so far
    min(case when looks_like_favorites then added_at end) over from_here
        as known_at,       -- UTC; when it could first be told that its songs are favourites
from judged
window
    from_here as (
        partition by listener_id, source, playlist
        order by added_at
        range between current row and unbounded following
    )
