-- Each row of a catalogue of tracks as it stands there, every statement of it over time.
--
-- grain: import_id, line

select
    import_id,
    coalesce(line, 0) as line,           -- 0: the source has no lines
    feature_source as catalogue,         -- which catalogue: its own name, or that of its file
    track_name_id,                       -- the song as the catalogue spells it
    fetched_at,                          -- UTC; when it became known
    coalesce(spotify_track_id, '') as stated_spotify_id, -- '': the row has none
    -- YYYY, YYYY-MM or YYYY-MM-DD, as ingest leaves it.
    try_cast(substr(release_date, 1, 4) as integer) as release_year, -- year of the release
    duration_ms,
    popularity,                          -- of the track, 0 to 100 on the source's scale
    artist_popularity,                   -- of the artist, likewise
    genre_keys,                          -- strict keys of its genres, with bars between
    danceability,                        -- 0 to 1
    energy,                              -- 0 to 1
    -- Spotify writes -1 where it finds none.
    nullif(key, -1e0) as key,            -- 0 = C … 11 = B
    loudness,                            -- decibels, below 0 as a rule
    mode,                                -- 1 = major, 0 = minor
    speechiness,                         -- 0 to 1
    acousticness,                        -- 0 to 1
    instrumentalness,                    -- 0 to 1
    liveness,                            -- 0 to 1
    valence,                             -- 0 to 1
    tempo,                               -- beats a minute
    time_signature,                      -- beats a bar
    unread,                              -- what was not understood, as |field=text|field=text|
from raw.catalogue_rows
