-- Spellings with several rows of one version of the keys: imports join on the spelling, and would
-- keep each of its plays as often.
select
    kind,
    artist_name,
    title,
    key_version,
    count(*) as copies,
from raw.names
group by kind, artist_name, title, key_version
having count(*) > 1
