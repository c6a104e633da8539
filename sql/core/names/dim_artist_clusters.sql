-- Which spellings of artists are one name: by MusicBrainz id, else loose key; rules come after.
--
-- Over 80 lines: an id is believed of one name, and of others that are like it.
--
-- grain: artist_name_id

{% from 'macros.sql' import bare_name, is_alike %}

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
        {{ bare_name('artist_loose_key') }} as bare_name,
        artist_mbid,
        records_count,
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

),

-- Last.fm gives a collaboration, or a soundtrack, the id of one of its artists: the id is that of
-- the name which most records have with it.
owners as (

    select
        artist_mbid,
        bare_name as owner_bare_name,
    from usual_mbids
    window
        most_records_first as (
            partition by artist_mbid
            order by records_count desc, artist_loose_key
        )
    qualify row_number() over most_records_first = 1

),

believed_mbids as (

    select
        usual_mbids.artist_loose_key,
        usual_mbids.artist_mbid,
    from usual_mbids
    inner join owners using (artist_mbid)
    where {{ is_alike('usual_mbids.bare_name', 'owners.owner_bare_name') }}

)

select
    spellings.artist_name_id, -- a spelling of an artist
    spellings.artist_name,
    spellings.artist_key,
    spellings.artist_loose_key,
    case
        when believed_mbids.artist_mbid is not null then 'mbid ' || believed_mbids.artist_mbid
        else 'name ' || spellings.artist_loose_key
    end as artist_cluster,  -- equal for spellings of one artist
from spellings
left join believed_mbids using (artist_loose_key)
