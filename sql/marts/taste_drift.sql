-- How wide a listener's taste was in each month, and how far it moved since the one before.
--
-- Over 80 lines: a month against the month before takes both, tag by tag.
--
-- grain: listener_id, month_date
-- audit: entropy_bits >= -1e-9
-- audit: drift between -1e-9 and 1.000001e0

{% from 'macros.sql' import exact_sum, ratio %}

with

months as (

    select
        listener_id,
        month_date,
        {{ exact_sum('plays') }} as tagged_plays,
        count(*) as tags_count,
        -{{ exact_sum('share * case when share > 0 then ln(share) end') }} as entropy_nats,
        max(tag) filter (where tag_rank = 1) as top_tag,
        sqrt({{ exact_sum('share * share') }}) as size,
    from marts.taste_months
    group by listener_id, month_date

),

followed as (

    select
        *,
        lag(month_date) over by_month as earlier_month_date,
        lag(size) over by_month as earlier_size,
    from months
    window
        by_month as (
            partition by listener_id
            order by month_date
        )

),

shared as (

    select
        followed.listener_id,
        followed.month_date,
        {{ exact_sum('later_months.share * earlier_months.share') }} as shared,
    from followed
    inner join marts.taste_months as later_months
        on
            followed.listener_id = later_months.listener_id
            and followed.month_date = later_months.month_date
    inner join marts.taste_months as earlier_months
        on
            followed.listener_id = earlier_months.listener_id
            and followed.earlier_month_date = earlier_months.month_date
            and later_months.tag = earlier_months.tag
    group by followed.listener_id, followed.month_date

),

first_plays as (

    select
        listener_id,
        artist_id,
        min(local_date) as first_date,
    from core.fct_plays
    where is_in_charts
    group by listener_id, artist_id

),

artist_plays as (

    select
        fct_plays.listener_id,
        fct_plays.local_date + cast(1 - extract(day from fct_plays.local_date) as integer)
            as month_date,
        count(*) as plays,
        count(*) filter (
            where first_plays.first_date
            >= fct_plays.local_date + cast(1 - extract(day from fct_plays.local_date) as integer)
        ) as new_artist_plays,
    from core.fct_plays
    inner join first_plays using (listener_id, artist_id)
    where fct_plays.is_in_charts
    group by
        fct_plays.listener_id,
        fct_plays.local_date + cast(1 - extract(day from fct_plays.local_date) as integer)

)

select
    artist_plays.listener_id,
    artist_plays.month_date,     -- first day of the month, local
    artist_plays.plays,          -- plays in the month
    {{ ratio('followed.tagged_plays', 'artist_plays.plays') }}
        as tagged_share,         -- of them by artists with a tag
    {{ ratio('artist_plays.new_artist_plays', 'artist_plays.plays') }}
        as new_artist_share,     -- of them by artists first heard in the month
    followed.tags_count,         -- tags with a share
    followed.entropy_nats * {{ ratio('1', 'ln(1e0 + 1e0)') }}
        as entropy_bits,         -- 0: one tag is all; one more: twice as many equal tags
    followed.top_tag,            -- the tag with the largest share
    followed.earlier_month_date, -- the last month before with tagged plays
    case
        when followed.earlier_month_date is not null
            -- Without a common tag nothing is shared.
            then 1e0 - {{ ratio(
                'coalesce(shared.shared, 0e0)', 'followed.size * followed.earlier_size'
            ) }}
    end as drift,                -- 0: the same shares as then; 1: no tag in common
from artist_plays
left join followed using (listener_id, month_date)
left join shared
    on
        artist_plays.listener_id = shared.listener_id
        and artist_plays.month_date = shared.month_date
