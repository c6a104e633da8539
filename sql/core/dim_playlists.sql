-- Each playlist, how it grew, and whether its songs are favourites of a week.
--
-- grain: listener_id, source, playlist
-- audit: items_count >= 1 and weeks_count <= items_count

{% from 'macros.sql' import week_ending, week_number %}

with

added as (

    select
        stg_playlist_items.listener_id,
        stg_playlist_items.source,
        stg_playlist_items.playlist,
        {{ week_ending('cast(stg_playlist_items.added_at as date)', 'dim_listeners.week_ends_on') }}
            as week_ending,
    from staging.stg_playlist_items
    inner join core.dim_listeners using (listener_id)
    -- Some lists do not say when a song was added, so not how they grew.
    where stg_playlist_items.added_at is not null

),

grown as (

    select
        listener_id,
        source,
        playlist,
        count(*) as items_count,
        count(distinct week_ending) as weeks_count,
        max({{ week_number('week_ending') }}) - min({{ week_number('week_ending') }}) + 1
            as span_weeks,
    from added
    group by listener_id, source, playlist

),

-- What the listener names is the rule; without a name it is a list that grows by one a week.
named as (

    select
        listener_id,
        count(*) as named_count,
    from staging.stg_favorite_playlists
    group by listener_id

)

select
    grown.listener_id,
    grown.source,
    grown.playlist,
    grown.items_count,   -- songs on it
    grown.weeks_count,   -- weeks in which one was added
    grown.span_weeks,    -- weeks from the first to the last of them
    case
        when named.named_count is not null
            then stg_favorite_playlists.playlist is not null
        else
            grown.weeks_count >= 3
            and 5 * grown.weeks_count >= 4 * grown.items_count
            and grown.span_weeks <= 2 * grown.weeks_count
    end as is_favorites, -- named in sotw.toml; none is: it grows by about a song a week
from grown
left join named using (listener_id)
left join staging.stg_favorite_playlists using (listener_id, playlist)
