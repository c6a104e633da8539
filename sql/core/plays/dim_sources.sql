-- Services that report plays, the one that tells most of a play first.
--
-- grain: source

with

kinds as (

    select
        source,
        case source
            when 'spotify' then 1
            when 'apple_music' then 2
            when 'youtube_music' then 3
            when 'listenbrainz' then 4
            when 'lastfm' then 5
            when 'koito' then 6
            when 'maloja' then 7
            when 'pano' then 8
            when 'librefm' then 9
            else 10
        end as kind_rank,
    from staging.stg_plays
    group by source

)

select
    kinds.source,
    -- Of the others the first in the alphabet.
    rank() over by_name as source_rank,  -- whose record of a play is kept: 1 before 2
from kinds
window
    by_name as (order by kinds.kind_rank, kinds.source)
