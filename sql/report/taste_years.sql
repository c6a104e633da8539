-- The taste of a listener year by year: what was heard most, how wide it was, how far it moved.
-- $listener_id.
{% from 'macros.sql' import ratio %}

with

tag_years as (

    select
        extract(year from month_date) as year,
        tag,
        sum(plays) as plays,
    from marts.taste_months
    where listener_id = $listener_id
    group by extract(year from month_date), tag

),

shares as (

    select
        year,
        tag,
        plays,
        {{ ratio('plays', 'sum(plays) over of_year') }} as share,
        row_number() over most_first as tag_rank,
    from tag_years
    window
        of_year as (partition by year),
        most_first as (
            partition by year
            order by plays desc, tag
        )

),

widths as (

    select
        year,
        sum(plays) as tagged_plays,
        -sum(share * case when share > 0 then ln(share) end) / ln(2e0) as entropy_bits,
        sqrt(sum(share * share)) as size,
        string_agg(tag, ', ' order by tag_rank) filter (where tag_rank <= 3) as top_tags,
    from shares
    group by year

),

shared as (

    select
        later_years.year,
        sum(later_years.share * earlier_years.share) as shared,
    from shares as later_years
    inner join shares as earlier_years
        on
            later_years.tag = earlier_years.tag
            and later_years.year = earlier_years.year + 1
    group by later_years.year

)

select
    later_widths.year,
    later_widths.tagged_plays,
    later_widths.entropy_bits,
    1 - shared.shared / (later_widths.size * earlier_widths.size) as drift,
    later_widths.top_tags,
from widths as later_widths
left join widths as earlier_widths
    on later_widths.year = earlier_widths.year + 1
left join shared
    on later_widths.year = shared.year
order by later_widths.year
