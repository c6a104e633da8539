-- The artists a listener may be asked about at each instant: heard in the year before, or to find.
--
-- grain: listener_id, cutoff_at, artist_id
-- audit: not is_heard or is_ever_heard

with

named as (

    select
        listener_id,
        cutoff_at,
        artist_id,
    from core.fct_taste_artists
    where year_plays > 0
    union all
    select
        listener_id,
        cutoff_at,
        artist_id,
    from core.fct_tag_matches
    union all
    select
        listener_id,
        cutoff_at,
        artist_id,
    from core.fct_neighbour_matches
    union all
    select
        listener_id,
        cutoff_at,
        artist_id,
    from core.fct_endorsed_artists

),

users as (

    select
        artist_id,
        count(*) as users_count,
    from core.fct_public_plays
    group by artist_id

),

distinct_names as (

    select distinct
        listener_id,
        cutoff_at,
        artist_id,
    from named

)

select
    distinct_names.listener_id,
    distinct_names.cutoff_at,
    distinct_names.artist_id,
    -- Who was never heard was not heard in the year.
    coalesce(fct_taste_artists.year_plays > 0, false) as is_heard, -- in the year before
    fct_taste_artists.artist_id is not null as is_ever_heard,      -- at any time before
    users.artist_id is not null as is_public,                      -- a public data set has it
    -- Nobody there played it.
    coalesce(users.users_count, 0) as users_count,                 -- its users who played it
from distinct_names
left join core.fct_taste_artists using (listener_id, cutoff_at, artist_id)
left join users
    on distinct_names.artist_id = users.artist_id
