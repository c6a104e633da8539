-- What tracks, works, albums and artists are called.
--
-- grain: item_kind, item_id

select
    'track' as item_kind,       -- track, work, album or artist
    track_id as item_id,        -- track_id, smallest of the work, album_id, artist_id
    artist_name,                -- whose it is; of an artist itself
    track_name as item_name,    -- title or name
from core.dim_tracks
union all
select
    'work' as item_kind,
    dim_works.work_id as item_id,
    dim_tracks.artist_name,
    dim_tracks.track_name as item_name,
from core.dim_works
inner join core.dim_tracks using (track_id)
window
    -- Of its versions the one with the shortest title: the others say what they are in brackets.
    plainest_first as (
        partition by dim_works.work_id
        order by length(dim_tracks.track_name), dim_works.track_id
    )
qualify row_number() over plainest_first = 1
union all
select
    'album' as item_kind,
    album_id as item_id,
    artist_name,
    album_name as item_name,
from core.dim_albums
union all
select
    'artist' as item_kind,
    artist_id as item_id,
    artist_name,
    artist_name as item_name,
from core.dim_artists
