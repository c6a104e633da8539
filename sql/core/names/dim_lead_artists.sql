-- Whose songs those of an artist with guests are: "Orsa feat. Vind" and "Orsa" are two artists,
-- but their songs of one title are one work.
--
-- grain: artist_id

select
    -- Of an artist whose name has guests.
    guested.artist_id,
    min(alone.artist_id) as lead_artist_id,  -- the first artist, who has songs alone
from core.dim_artist_aliases as guested
inner join core.dim_artist_aliases as alone
    on
        regexp_replace(guested.artist_loose_key, ' (feat|ft|featuring) .*$', '', 'g')
        = alone.artist_loose_key
where
    guested.is_shown
    and regexp_matches(guested.artist_loose_key, ' (feat|ft|featuring) ')
group by guested.artist_id
