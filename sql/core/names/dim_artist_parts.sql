-- What a credit may name, for comparisons only: "A feat. B" names "a feat. b", "a" and "b".
--
-- A comma is part of many names, so no artist is made or merged by it: who compares has the title,
-- and the time or a listener's word beside it.
--
-- grain: artist_id, artist_part

with

parted as (

    select
        artist_id,
        artist_key,
        regexp_replace(
            artist_key,
            ' *(,|;|&|[+]|/| and | feat[.]? | ft[.]? | featuring | with | vs[.]? ) *',
            '|',
            'g'
        ) as all_parts,
    from core.dim_artists

),

parts as (

    select
        artist_id,
        artist_key as part,
    from parted
    union all
    select
        artist_id,
        unnest(string_split(all_parts, '|')) as part,
    from parted
    where all_parts != artist_key

)

select distinct
    artist_id,
    -- "The Voles" and "Voles" are one.
    case when starts_with(trim(part), 'the ') then substr(trim(part), 5) else trim(part) end
        as artist_part,  -- a name within the credit
from parts
where length(trim(part)) >= 2
