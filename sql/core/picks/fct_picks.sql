-- Every song a listener named as a favourite, and the week it is for.
--
-- Over 80 lines: what a listener said and what the rule says of a week are weighed together.
--
-- grain: listener_id, picked_at, track_name_id, week_ending

{% from 'macros.sql' import to_local, week_ending %}

with

named as (

    select
        listener_id,
        picked_at,
        track_name_id,
        stated_week_ending,
        picked_spotify_track_id,
        picked_recording_mbid,
        picked_isrc,
        picked_at as known_at,
        true as is_for_labels,
    from staging.stg_picks
    union all
    select
        listener_id,
        picked_at,
        track_name_id,
        cast(null as date) as stated_week_ending,
        picked_spotify_track_id,
        cast(null as varchar) as picked_recording_mbid,
        cast(null as varchar) as picked_isrc,
        known_at,
        is_for_labels,
    from core.fct_playlist_picks

),

dated as (

    select
        named.listener_id,
        named.picked_at,
        named.track_name_id,
        named.stated_week_ending,
        max(named.picked_spotify_track_id) over same_naming as picked_spotify_track_id,
        max(named.picked_recording_mbid) over same_naming as picked_recording_mbid,
        max(named.picked_isrc) over same_naming as picked_isrc,
        named.known_at,
        named.is_for_labels,
        dim_track_aliases.track_id as named_track_id,
        cast({{ to_local('named.picked_at', 'dim_listeners.time_zone') }} as date) as pick_date,
        dim_listeners.week_ends_on,
    from named
    inner join core.dim_track_aliases using (track_name_id)
    inner join core.dim_listeners using (listener_id)
    window
        same_naming as (
            partition by named.listener_id, named.picked_at, named.track_name_id
        )
    -- One file says the week and another does not: the first one knows.
    qualify
        named.stated_week_ending is not null
        or count(named.stated_week_ending) over same_naming = 0

),

-- What the listener said goes before the rule; they may have said any day of the week, or said it
-- before their weeks ended on another day. The rule is the nearest closing day: up to three days
-- after one it is that one, else the coming one.
assigned as (

    select
        *,
        -- Nothing said: by the rule.
        coalesce(
            {{ week_ending('stated_week_ending', 'week_ends_on') }},
            {{ week_ending('(pick_date + cast(-3 as integer))', 'week_ends_on') }}
        ) as week_ending,
    from dated

)

select
    listener_id,
    picked_at,                       -- UTC; when it was named, or put on a list of favourites
    track_name_id,
    week_ending,                     -- the week that the pick is for
    named_track_id,                  -- the track the pick's own words mean
    max(stated_week_ending) is not null as is_stated, -- the listener said which week
    picked_spotify_track_id,
    picked_recording_mbid,
    picked_isrc,
    min(known_at) as known_at,       -- UTC; when it could first be told that this is a pick
    bool_or(is_for_labels) as is_for_labels,
    pick_date,                       -- day of the listener on which the song was named
    abs(date_diff('day', week_ending, pick_date))
        as pick_distance_days,       -- days between the pick and the end of its week
from assigned
group by
    listener_id,
    picked_at,
    track_name_id,
    week_ending,
    named_track_id,
    picked_spotify_track_id,
    picked_recording_mbid,
    picked_isrc,
    pick_date
