-- Aliases of one listener or of some dates: which other track their plays are of.
--
-- grain: rule_id, track_name_id, rule_listener_id
-- audit: to_date >= from_date

with

-- An alias of an artist is one of each of the tracks. A track that the artist who is meant does
-- not have yet stays as it is: `sotw rules add` writes them.
spelled as (

    select
        dim_rules.rule_id,
        dim_rules.rule_listener_id,
        dim_rules.rule_from_date,
        dim_rules.rule_to_date,
        dim_track_aliases.track_name_id,
        dim_rules.target_artist_key as artist_key,
        case
            when dim_rules.rule_scope = 'track' then dim_rules.target_title_key
            else dim_track_aliases.track_key
        end as track_key,
    from core.dim_rules
    inner join core.dim_track_aliases
        on dim_rules.subject_artist_key = dim_track_aliases.artist_key
    where
        dim_rules.rule = 'alias'
        and (
            dim_rules.rule_scope = 'artist'
            or dim_rules.subject_title_key = dim_track_aliases.track_key
        )
        and (
            dim_rules.rule_listener_id is not null
            or dim_rules.rule_from_date is not null
            or dim_rules.rule_to_date is not null
        )

),

-- Equal keys are one track, so any spelling tells.
meant_tracks as (

    select
        artist_key,
        track_key,
        min(track_id) as track_id,
        min(artist_id) as artist_id,
        min(work_id) as work_id,
    from core.dim_track_aliases
    group by artist_key, track_key

)

select
    spelled.rule_id,
    spelled.track_name_id,
    dim_listeners.listener_id as rule_listener_id,       -- whose plays it is for
    spelled.rule_listener_id is not null as is_own_rule, -- said of this listener alone
    -- No date is all of history.
    coalesce(spelled.rule_from_date, date '1900-01-01') as from_date, -- first local day
    coalesce(spelled.rule_to_date, date '2999-12-31') as to_date,     -- last local day
    meant_tracks.track_id as ruled_track_id,             -- the track that is meant
    meant_tracks.artist_id as ruled_artist_id,           -- its artist
    meant_tracks.work_id as ruled_work_id,               -- its work
from spelled
inner join core.dim_listeners
    on
        spelled.rule_listener_id is null
        or spelled.rule_listener_id = dim_listeners.listener_id
inner join meant_tracks using (artist_key, track_key)
