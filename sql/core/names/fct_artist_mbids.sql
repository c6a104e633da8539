-- How often the records state each MusicBrainz id with a spelling of an artist.
--
-- grain: artist_name, artist_mbid

with

stated as (

    select
        stg_plays.track_name_id as name_id,
        stg_plays.artist_mbid,
        count(*) as records_count,
    from staging.stg_plays
    where stg_plays.artist_mbid is not null
    group by stg_plays.track_name_id, stg_plays.artist_mbid
    union all
    select
        artist_name_id as name_id,
        artist_mbid,
        count(*) as records_count,
    from staging.stg_artist_stats
    where artist_mbid is not null
    group by artist_name_id, artist_mbid

)

select
    stg_names.artist_name,
    stated.artist_mbid,
    cast(sum(stated.records_count) as bigint) as records_count, -- records that state it
from stated
inner join staging.stg_names using (name_id)
where
    -- MusicBrainz's own ids for nobody: various, unknown, none, traditional, anonymous.
    stated.artist_mbid not in (
        '89ad4ac3-39f7-470e-963a-56509c546377',
        '125ec42a-7229-4250-afc5-e057484327fe',
        'eec63d3c-3b81-4ad4-b1e4-7c147d4d2b61',
        '9be7f096-97ec-4615-8957-8d40b5dcbc41',
        'f731ccc4-e22a-43af-a747-64213329e088'
    )
group by stg_names.artist_name, stated.artist_mbid
