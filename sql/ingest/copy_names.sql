-- Into an empty file: the spellings of the old one that rows of the new one refer to.
insert into raw.names by name
with

referred as (

    select
        track_name_id as name_id,
    from raw.plays
    union
    select
        album_name_id,
    from raw.plays
    union
    select
        track_name_id,
    from raw.picks
    union
    select
        track_name_id,
    from raw.track_stats
    union
    select
        album_name_id,
    from raw.album_stats
    union
    select
        artist_name_id,
    from raw.artist_stats
    union
    select
        artist_name_id,
    from raw.artist_tags
    union
    select
        track_name_id,
    from raw.playlist_items
    union
    select
        track_name_id,
    from raw.library_items
    union
    select
        track_name_id,
    from raw.feedback
    union
    select
        track_name_id,
    from raw.played_days
    union
    select
        artist_name_id,
    from raw.live_shows
    union
    select
        track_name_id,
    from raw.audio_features
    union
    select
        artist_name_id,
    from raw.audio_features
    union
    select
        artist_name_id,
    from raw.source_artists
    union
    select
        name_id,
    from raw.rules
    union
    select
        target_name_id,
    from raw.rules
    union
    select
        name_id,
    from raw.match_proposals
    union
    select
        target_name_id,
    from raw.match_proposals
    -- A track has the id of a spelling, and the ledger outlives the plays.
    union
    select
        track_id,
    from ml.ledger

),

credited as (

    select
        artist_name_id,
    from raw.credits
    where track_name_id in (from referred)

),

-- The artist's own row belongs to each of its tracks and albums.
artists as (

    select distinct
        names.artist_name,
    from old.raw.names
    semi join referred using (name_id)

)

select
    names.*,
from old.raw.names
where
    names.name_id in (from referred)
    or names.name_id in (from credited)
    or (names.kind = 'artist' and names.artist_name in (from artists))
