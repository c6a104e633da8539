-- Spellings of tracks that equal loose keys make one, before ids and rules are asked.
--
-- Over 80 lines: what keeps two spellings apart is a rule or an album.
--
-- grain: track_name_id

with

-- An album that has "Exchange" and "(Exchange)" has two songs.
on_albums as (

    select distinct
        stg_plays.track_name_id,
        dim_album_aliases.album_id,
    from staging.stg_plays
    inner join core.dim_album_aliases using (album_name_id)

),

on_album_titles as (

    select
        stg_names.artist_key,
        stg_names.title_key,
        stg_names.title_loose_key,
        on_albums.album_id,
        regexp_matches(stg_names.title_key, '^[(\[].*[)\]]$') as is_bracketed,
    from on_albums
    inner join staging.stg_names
        on on_albums.track_name_id = stg_names.name_id

),

separated as (

    select
        subject_artist_key as artist_key,
        subject_title_key as title_key,
    from core.dim_rules
    where
        rule = 'separate'
        and rule_scope = 'track'
        and rule_listener_id is null
        and rule_from_date is null
        and rule_to_date is null
    union all
    select
        bracketed.artist_key,
        bracketed.title_key,
    from on_album_titles as bracketed
    inner join on_album_titles as plain using (artist_key, title_loose_key, album_id)
    where
        bracketed.is_bracketed
        -- Another comma beside the brackets is another hand that wrote the title.
        and plain.title_key
        = trim(substr(bracketed.title_key, 2, length(bracketed.title_key) - 2))

),

-- Kept apart by rule, or by an album: only equal strict keys are one.
separate as (

    select distinct
        artist_key,
        title_key,
        true as is_separate,
    from separated

)

select
    stg_names.name_id as track_name_id,               -- a spelling of a track
    dim_artist_aliases.artist_name_id,
    dim_artist_aliases.artist_id,
    stg_names.artist_name,
    stg_names.title,
    stg_names.artist_key,
    stg_names.title_key,
    stg_names.artist_loose_key,
    stg_names.title_loose_key,
    stg_names.title_work_key,
    separate.is_separate is not null as is_separate, -- a rule keeps it from other keys
    min(stg_names.name_id) over by_title as group_id, -- smallest spelling of equal artist, title
from staging.stg_names
inner join core.dim_artist_aliases using (artist_name)
left join separate
    on stg_names.artist_key = separate.artist_key and stg_names.title_key = separate.title_key
where stg_names.kind = 'track'
window
    by_title as (
        partition by
            dim_artist_aliases.artist_id,
            -- Where a title has no loose key, and where a rule says so, its strict one.
            case
                when separate.is_separate is null
                    then coalesce(stg_names.title_loose_key, stg_names.title_key)
            end,
            case when separate.is_separate then stg_names.title_key end
    )
