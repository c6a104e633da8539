-- What each month of a listener sounded like: its plays, spread over the tags of their artists.
--
-- grain: listener_id, month_date, tag
-- audit: share between 0 and 1.000001e0

{% from 'macros.sql' import exact_sum, ratio %}

with

artist_totals as (

    select
        artist_id,
        {{ exact_sum('weight') }} as weight,
    from core.fct_artist_tag_weights
    group by artist_id

),

artist_months as (

    select
        listener_id,
        local_date + cast(1 - extract(day from local_date) as integer) as month_date,
        artist_id,
        count(*) as plays,
    from core.fct_plays
    where is_in_charts
    group by
        listener_id,
        local_date + cast(1 - extract(day from local_date) as integer),
        artist_id

),

spread as (

    select
        artist_months.listener_id,
        artist_months.month_date,
        fct_artist_tag_weights.tag,
        {{ exact_sum(
            'artist_months.plays * '
                ~ ratio('fct_artist_tag_weights.weight', 'artist_totals.weight')
        ) }} as plays,
        count(*) as artists_count,
    from artist_months
    inner join core.fct_artist_tag_weights using (artist_id)
    inner join artist_totals
        on artist_months.artist_id = artist_totals.artist_id
    group by
        artist_months.listener_id,
        artist_months.month_date,
        fct_artist_tag_weights.tag

)

select
    listener_id,
    month_date,     -- first day of the month, local
    tag,
    plays,          -- of tagged artists; a play counts for each tag of its artist by its weight
    {{ ratio('plays', exact_sum('plays', 'of_month')) }} as share, -- of the month's tagged plays
    artists_count,  -- artists with the tag that were heard
    row_number() over most_first as tag_rank, -- 1: the tag with the largest share
from spread
window
    of_month as (partition by listener_id, month_date),
    most_first as (
        partition by listener_id, month_date
        order by plays desc, tag
    )
