-- How often each neighbour played each artist: other people's counts, kept apart from your plays.
--
-- grain: neighbour, artist_id
-- audit: plays > 0

-- Two numbers of a data set may be spellings of one artist.
select
    stg_user_artists.source || ' ' || cast(stg_user_artists.source_user_id as varchar)
        as neighbour,                                   -- the data set and its number of a user
    dim_artist_aliases.artist_id,
    stg_user_artists.source,
    stg_user_artists.source_user_id,
    cast(sum(stg_user_artists.plays) as bigint) as plays,
from staging.stg_user_artists
inner join staging.stg_source_artists using (source, source_artist_id)
inner join core.dim_artist_aliases using (artist_name_id)
group by
    stg_user_artists.source || ' ' || cast(stg_user_artists.source_user_id as varchar),
    dim_artist_aliases.artist_id,
    stg_user_artists.source,
    stg_user_artists.source_user_id
