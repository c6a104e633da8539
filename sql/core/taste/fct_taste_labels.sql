-- What came of an artist after each instant: plays in the 13 weeks and in the 8 weeks after it.
--
-- Only where the log goes on so long. Liked is the top quarter of all that was heard then.
--
-- grain: listener_id, cutoff_at, artist_id
-- audit: next_56d_plays <= next_91d_plays

with

following as (

    select
        dim_taste_cutoffs.listener_id,
        dim_taste_cutoffs.cutoff_at,
        fct_plays.artist_id,
        count(*) as next_91d_plays,
        count(*) filter (
            where
                date_diff(
                    'day',
                    cast(dim_taste_cutoffs.cutoff_at as date),
                    cast(fct_plays.played_at as date)
                ) < 56
        ) as next_56d_plays,
    from core.dim_taste_cutoffs
    inner join core.fct_plays
        on
            dim_taste_cutoffs.listener_id = fct_plays.listener_id
            and dim_taste_cutoffs.cutoff_at <= fct_plays.played_at
    where
        fct_plays.is_in_training
        and dim_taste_cutoffs.known_days >= 91e0
        and date_diff(
            'day',
            cast(dim_taste_cutoffs.cutoff_at as date),
            cast(fct_plays.played_at as date)
        ) < 91
    group by
        dim_taste_cutoffs.listener_id,
        dim_taste_cutoffs.cutoff_at,
        fct_plays.artist_id

),

known as (

    select
        following.*,
        -- Who was not heard in the year before is found, not heard again.
        coalesce(fct_taste_artists.year_plays > 0, false) as is_heard,
    from following
    left join core.fct_taste_artists using (listener_id, cutoff_at, artist_id)

)

select
    listener_id,
    cutoff_at,
    artist_id,
    next_91d_plays,   -- plays in the 91 days from the instant on
    next_56d_plays,   -- … in the first 56 of them
    percent_rank() over fewest_first >= 0.75e0
        as is_top_quarter, -- no fewer plays than three quarters of the artists heard then
    not is_heard and next_56d_plays >= 5
        as is_found,  -- not heard in the year before, and 5 plays or more in the first 56 days
from known
window
    fewest_first as (
        partition by listener_id, cutoff_at
        order by next_91d_plays
    )
