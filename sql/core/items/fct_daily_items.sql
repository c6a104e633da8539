-- Plays of each day by track, work, album and artist, each kind counted by itself.
--
-- Only plays that count are here. Of an artist they are those that credit it: as the first, or
-- whichever, see artist_credits in sotw.toml.
--
-- Over 80 lines: what is credited, then one branch a kind.
--
-- grain: listener_id, local_date, item_kind, item_id
-- audit: plays > 0
-- audit: unknown_length_plays between 0 and plays

with

heard as (

    select
        fct_plays.listener_id,
        fct_plays.local_date,
        fct_plays.week_ending,
        fct_plays.track_id,
        dim_works.work_id,
        fct_plays.album_id,
        -- Where the source does not say how long it played, as long as the track is.
        coalesce(fct_plays.ms_played, dim_tracks.duration_ms) as ms,
    from core.fct_plays
    inner join core.dim_tracks using (track_id)
    inner join core.dim_works using (track_id)
    where fct_plays.is_in_charts

),

-- For the first artist of its credits a play counts, or for all, as the listener's settings say.
credited as (

    select
        heard.listener_id,
        heard.local_date,
        heard.week_ending,
        fct_track_credits.artist_id,
        heard.ms,
    from heard
    inner join core.dim_listeners using (listener_id)
    inner join core.fct_track_credits using (track_id)
    where fct_track_credits.credit_position = 1 or dim_listeners.artist_credits = 'all'

),

items as (

    {% for kind in ('track', 'work', 'album') %}
    select
        listener_id,
        local_date,
        week_ending,
        '{{ kind }}' as item_kind,
        {{ kind }}_id as item_id,
        ms,
    from heard
    where {{ kind }}_id is not null
    union all
    {% endfor %}
    select
        listener_id,
        local_date,
        week_ending,
        'artist' as item_kind,
        artist_id as item_id,
        ms,
    from credited

),

counted as (

    select
        listener_id,
        local_date,
        week_ending,
        item_kind,
        item_id,
        count(*) as plays,
        sum(ms) as ms_played,
        count(*) filter (where ms is null) as unknown_length_plays,
    from items
    group by listener_id, local_date, week_ending, item_kind, item_id

)

select
    listener_id,
    local_date,             -- by the listener's clock
    item_kind,              -- track, work, album or artist
    item_id,                -- track_id, smallest of the work, album_id, artist_id
    week_ending,
    plays,                  -- those that count
    cast(ms_played as bigint) as ms_played, -- milliseconds, of those whose length is known
    unknown_length_plays,   -- neither the play's nor the track's length is known
    local_date = min(local_date) over of_item as is_discovery, -- never heard on an earlier day
from counted
window
    of_item as (partition by listener_id, item_kind, item_id)
