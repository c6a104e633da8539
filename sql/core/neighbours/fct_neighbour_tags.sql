-- Which tags each neighbour gave to each artist, and when first.
--
-- grain: neighbour, artist_id, tag_key

select
    stg_user_artist_tags.source || ' ' || cast(stg_user_artist_tags.source_user_id as varchar)
        as neighbour,                                   -- the data set and its number of a user
    dim_artist_aliases.artist_id,
    stg_source_tags.tag_key,
    min(stg_user_artist_tags.tagged_date) as tagged_date, -- the first day; null: not known
from staging.stg_user_artist_tags
inner join staging.stg_source_artists using (source, source_artist_id)
inner join staging.stg_source_tags using (source, source_tag_id)
inner join core.dim_artist_aliases using (artist_name_id)
group by
    stg_user_artist_tags.source || ' ' || cast(stg_user_artist_tags.source_user_id as varchar),
    dim_artist_aliases.artist_id,
    stg_source_tags.tag_key
