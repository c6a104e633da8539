-- Origin and career of artists by MusicBrainz id, the latest statement of each.
--
-- grain: artist_mbid

select
    artist_mbid,
    nullif(country, 'Unknown') as artist_country,  -- English name of the country
    artist_type,                                   -- Person, Group, …
    career_begin_date,
    career_end_date,
    min(case when has_career_ended then fetched_at end) over by_artist
        as career_end_said_at,                     -- UTC; when a source first said that it is over
from raw.artist_profiles
window
    by_artist as (partition by artist_mbid),
    latest_first as (
        partition by artist_mbid
        order by fetched_at desc, import_id desc, line desc
    )
qualify row_number() over latest_first = 1
