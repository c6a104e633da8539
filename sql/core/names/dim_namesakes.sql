-- Songs that have the spelling of another one, or of another artist's.
--
-- grain: track_id

select
    named_track_id as track_id,                   -- the track's integer
    named_artist_id as artist_id,                 -- that of its artist
    min(spelled_track_id) as spelled_track_id,    -- the track that is spelled so, too
    min(spelled_artist_id) as spelled_artist_id,  -- and its artist
    max(artist_mbid) as artist_mbid,              -- MusicBrainz id by which the artist is another
from core.fct_namesake_plays
group by named_track_id, named_artist_id
