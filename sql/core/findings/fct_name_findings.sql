-- Names of which nobody knows what they are, names read as others, and records of one play.
--
-- Over 80 lines: one branch for each finding, each with its words.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 1

{% from 'macros.sql' import ratio %}

with

heard as (

    select
        fct_heard_names.listener_id,
        fct_heard_names.plays,
        sum(fct_heard_names.plays) over by_listener as all_plays,
        case
            when fct_heard_names.track_id != dim_track_aliases.track_id then 'rule for some plays'
            else dim_track_aliases.match_method
        end as track_method,
        dim_artist_aliases.match_method as artist_method,
        not dim_known_tracks.has_artist_mbid as is_artist_unmatched,
        not (dim_known_tracks.has_id or dim_known_tracks.has_duration) as is_track_unmatched,
    from core.fct_heard_names
    inner join core.dim_track_aliases using (track_name_id)
    inner join core.dim_artist_aliases using (artist_name_id)
    inner join core.dim_known_tracks
        on fct_heard_names.track_id = dim_known_tracks.track_id
    window
        by_listener as (partition by fct_heard_names.listener_id)

),

found_names as (

    select
        listener_id,
        'unmatched name' as quality_check,
        'artists' as subject,
        plays,
        all_plays,
        'plays of artists without a MusicBrainz id' as meaning,
    from heard
    where is_artist_unmatched
    union all
    select
        listener_id,
        'unmatched name' as quality_check,
        'tracks' as subject,
        plays,
        all_plays,
        'plays of tracks of which no source gives an id or the length' as meaning,
    from heard
    where is_track_unmatched
    union all
    select
        listener_id,
        'name read as another' as quality_check,
        'artist: ' || artist_method as subject,
        plays,
        all_plays,
        'plays whose spelling of the artist is read as another for this reason' as meaning,
    from heard
    where artist_method != 'same name'
    union all
    select
        listener_id,
        'name read as another' as quality_check,
        'track: ' || track_method as subject,
        plays,
        all_plays,
        'plays whose spelling of the track is read as another for this reason' as meaning,
    from heard
    where track_method != 'same name'

)

select
    listener_id,
    quality_check,                        -- what was looked for
    subject,                              -- the day, week or thing it was found in
    cast(sum(plays) as bigint) as cases,  -- how many, in the unit that the meaning names
    {{ ratio('sum(plays)', 'max(all_plays)') }} as cases_share, -- … of all; null: of no whole
    meaning,                              -- what the number counts
from found_names
group by listener_id, quality_check, subject, meaning
union all
select
    listener_id,
    'two records of one play' as quality_check,
    reason || ': ' || source || ' beside ' || kept_source as subject,
    count(*) as cases,
    cast(null as double) as cases_share,
    'records dropped beside the one kept; core.fct_duplicate_plays has each' as meaning,
from core.fct_duplicate_plays
group by listener_id, reason, source, kept_source
