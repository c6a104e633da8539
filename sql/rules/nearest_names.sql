-- The spellings most like a name; of a title, among those of one artist where he is known.
with

spellings as (

    select
        case when $kind = 'artist' then artist_name else title end as spelling,
        case when $kind = 'artist' then artist_key else title_key end as spelling_key,
    from raw.names
    where kind = $kind and ($artist_key is null or artist_key = $artist_key)

)

select
    min(spelling) as spelling,
from spellings
where spelling_key is not null
group by spelling_key
order by jaro_winkler_similarity(spelling_key, $key) desc, spelling_key
limit 3
