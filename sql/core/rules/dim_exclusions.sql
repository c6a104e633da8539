-- What the rules of exclusion are about, as tracks and albums; one of dates is about all of them.
--
-- Over 80 lines: one branch for each kind of thing a rule may name.
--
-- grain: rule_id, excluded_type, excluded_id, excluded_listener_id
-- audit: excluded_type in ('track', 'album', 'dates')

with

-- A name stands for the artist, the track or the album that it means.
named as (

    select
        dim_rules.rule_id,
        'track' as excluded_type,
        dim_track_aliases.track_id as excluded_id,
        dim_rules.rule_listener_id,
    from core.dim_rules
    inner join core.dim_track_aliases
        on
            dim_rules.subject_artist_key = dim_track_aliases.artist_key
            and dim_rules.subject_title_key = dim_track_aliases.track_key
    where dim_rules.rule = 'exclude' and dim_rules.rule_scope = 'track'
    union all
    select
        dim_rules.rule_id,
        'track' as excluded_type,
        dim_track_aliases.track_id as excluded_id,
        dim_rules.rule_listener_id,
    from core.dim_rules
    inner join core.dim_artist_aliases
        on dim_rules.subject_artist_key = dim_artist_aliases.artist_key
    inner join core.dim_track_aliases
        on dim_artist_aliases.artist_id = dim_track_aliases.artist_id
    where dim_rules.rule = 'exclude' and dim_rules.rule_scope = 'artist'
    union all
    select
        dim_rules.rule_id,
        'album' as excluded_type,
        dim_album_aliases.album_id as excluded_id,
        dim_rules.rule_listener_id,
    from core.dim_rules
    inner join core.dim_album_aliases
        on
            -- An album may be nobody's.
            dim_rules.subject_artist_key is not distinct from dim_album_aliases.artist_key
            and dim_rules.subject_title_key = dim_album_aliases.album_key
    where dim_rules.rule = 'exclude' and dim_rules.rule_scope = 'album'
    union all
    -- A list is about its own listener's plays, whoever else has one of that name.
    select
        dim_rules.rule_id,
        'track' as excluded_type,
        dim_track_aliases.track_id as excluded_id,
        stg_playlist_items.listener_id as rule_listener_id,
    from core.dim_rules
    inner join staging.stg_playlist_items
        on dim_rules.rule_playlist = stg_playlist_items.playlist
    inner join core.dim_track_aliases
        on stg_playlist_items.track_name_id = dim_track_aliases.track_name_id
    where
        dim_rules.rule = 'exclude'
        and dim_rules.rule_scope = 'playlist'
        and (
            dim_rules.rule_listener_id is null
            or dim_rules.rule_listener_id = stg_playlist_items.listener_id
        )
    union all
    select
        rule_id,
        'dates' as excluded_type,
        0 as excluded_id,
        rule_listener_id,
    from core.dim_rules
    where rule = 'exclude' and rule_scope = 'dates'

)

select distinct
    named.rule_id,
    named.excluded_type,      -- track, album or dates
    named.excluded_id,        -- the track or the album; 0 of dates
    -- A rule of nobody is for all.
    coalesce(named.rule_listener_id, 0) as excluded_listener_id, -- whose plays; 0: everybody's
    dim_rules.rule_from_date,
    dim_rules.rule_to_date,
    dim_rules.rule_purpose in ('charts', 'all') as is_of_charts,     -- keeps plays out of charts
    dim_rules.rule_purpose in ('training', 'all') as is_of_training, -- … of features and training
from named
inner join core.dim_rules using (rule_id)
