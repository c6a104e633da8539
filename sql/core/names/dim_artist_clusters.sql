-- Which spellings of artists are one name: by MusicBrainz id, else loose key; rules come after.
--
-- grain: artist_name_id

with

spellings as (

    select
        name_id as artist_name_id,
        artist_name,
        artist_key,
        -- Keys of only punctuation have no loose form.
        coalesce(artist_loose_key, artist_key) as artist_loose_key,
    from staging.stg_names
    where kind = 'artist' and artist_key is not null

),

stated_mbids as (

    select
        spellings.artist_loose_key,
        fct_artist_mbids.artist_mbid,
        sum(fct_artist_mbids.records_count) as records_count,
    from core.fct_artist_mbids
    inner join spellings using (artist_name)
    group by spellings.artist_loose_key, fct_artist_mbids.artist_mbid

),

-- The id that most records of a name state, if it is most of those that state one.
usual_mbids as (

    select
        artist_loose_key,
        artist_mbid,
    from stated_mbids
    window
        most_stated_first as (
            partition by artist_loose_key
            order by records_count desc, artist_mbid
        ),
        of_name as (partition by artist_loose_key)
    qualify
        row_number() over most_stated_first = 1
        and 2 * records_count > sum(records_count) over of_name

)

select
    spellings.artist_name_id, -- a spelling of an artist
    spellings.artist_name,
    spellings.artist_key,
    spellings.artist_loose_key,
    case
        when usual_mbids.artist_mbid is not null then 'mbid ' || usual_mbids.artist_mbid
        else 'name ' || spellings.artist_loose_key
    end as artist_cluster,  -- equal for spellings of one artist
from spellings
left join usual_mbids using (artist_loose_key)
