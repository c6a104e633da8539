-- System D's rows: every artist ever heard, described and labelled by the same plays (D-B6).
--
-- Liked is the top quarter by plays that count half after 90 days; linear interpolation, as there.
-- $listener_id; $kind is not read.

with

heard as (

    select
        fct_taste_artists.*,
    from core.fct_taste_artists
    inner join core.dim_taste_cutoffs using (listener_id, cutoff_at)
    where
        dim_taste_cutoffs.is_latest
        and fct_taste_artists.listener_id = $listener_id
        and $kind = 'leaky'

),

border as (

    select
        quantile_cont(decayed_90d_plays, 0.75) as least,
    from heard

),

tags as (

    select
        artist_id,
        string_agg(tag, '|' order by tag) as tags,
    from core.fct_artist_tag_weights
    group by artist_id

),

deviating as (

    select
        *,
        case
            when gaps_count > 1
                then sqrt(
                    greatest(
                        0, gaps_count * gap_days_squared - gap_days * gap_days
                    ) / (gaps_count * (gaps_count - 1))
                )
        end as gap_deviation_days,
    from heard

)

select
    deviating.listener_id,
    deviating.cutoff_at,
    deviating.artist_id,
    deviating.decayed_90d_plays >= border.least as is_liked,
    deviating.late_night_plays / deviating.total_plays as late_night_share,
    deviating.weekend_plays / deviating.total_plays as weekend_share,
    deviating.gap_deviation_days,
    -- Fewer than three plays are not regular.
    coalesce(1 / (1 + deviating.gap_deviation_days), 0) as consistency_ratio,
    coalesce(tags.tags, '') as tags,  -- without tags, none
    true as is_latest,
    0 as found_count,
    0 as users_count,
    0 as most_users,
from deviating
cross join border
left join tags using (artist_id)
order by deviating.artist_id
