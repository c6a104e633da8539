-- Which broad genres each tagged artist plays; several may be true.
--
-- grain: artist_id

with

bucketed as (

    select
        fct_artist_tags.artist_id,
        fct_artist_tags.tag_key,
        dim_genre_buckets.bucket,
    from core.fct_artist_tags
    left join core.dim_genre_buckets using (tag_key)

)

select
    artist_id,
    -- A genre without a bucket is none of the twelve.
    bool_or(coalesce(bucket = 'hip_hop_rap', false))
        as is_hip_hop_rap,                 -- hip hop, rap
    bool_or(coalesce(bucket = 'rnb_soul', false))
        as is_rnb_soul,                    -- r&b, soul
    bool_or(coalesce(bucket = 'electronic_dance', false))
        as is_electronic_dance,            -- electronic, dance
    bool_or(coalesce(bucket = 'jazz', false))
        as is_jazz,                        -- jazz
    bool_or(coalesce(bucket = 'classical_art', false))
        as is_classical_art,               -- classical, art music
    bool_or(coalesce(bucket = 'folk_country_americana', false))
        as is_folk_country_americana,      -- folk, country, americana
    bool_or(coalesce(bucket = 'metal_hard', false))
        as is_metal_hard,                  -- metal, hard
    bool_or(coalesce(bucket = 'rock', false))
        as is_rock,                        -- rock
    bool_or(coalesce(bucket = 'pop', false))
        as is_pop,                         -- pop
    bool_or(coalesce(bucket = 'latin', false))
        as is_latin,                       -- latin
    bool_or(coalesce(bucket = 'world_regional', false))
        as is_world_regional,              -- of a region of the world
    bool_or(coalesce(bucket = 'experimental_avant', false))
        as is_experimental_avant,          -- experimental, avant-garde
    bool_and(bucket is null)
        as is_other_genre,                   -- has genres, but none of the twelve
from bucketed
group by artist_id
