-- Whether a history may hold objects, lists or NaN where texts belong: read_json makes texts of
-- those.
select
    count(*) > 0 as is_odd,
from temp.incoming
where
    (left(artist, 1) in ('{', '[') and json_valid(artist))
    or (left(track, 1) in ('{', '[') and json_valid(track))
    or (left(album, 1) in ('{', '[') and json_valid(album))
    or left(platform, 1) in ('{', '[')
    or left(country, 1) in ('{', '[')
    or left(reason_start, 1) in ('{', '[')
    or left(reason_end, 1) in ('{', '[')
    or country = 'NAN'
    or 'NaN' in (artist, track, album, platform, reason_start, reason_end)
