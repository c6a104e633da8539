-- How mainstream each year of a listener's plays was, and of how many plays that is known.
--
-- grain: listener_id, listened_year
-- audit: known_plays <= plays
-- audit: (mainstream_index is null) = (known_plays = 0)

{% from 'macros.sql' import ratio %}

{% set hardly_anyone = '25e0' %}

with

years as (

    select
        fct_plays.listener_id,
        extract(year from fct_plays.local_date) as listened_year,
        count(*) as plays,
        count(fct_track_reaches.reach_index) as known_plays,
        sum(fct_track_reaches.reach_index) as reach_sum,
        count(*) filter (where fct_track_reaches.reach_index <= {{ hardly_anyone }})
            as obscure_plays,
        count(*) filter (where fct_track_reaches.reach_source = 'popularity of the track')
            as rated_plays,
    from core.fct_plays
    inner join core.fct_track_reaches using (track_id)
    where fct_plays.is_in_charts
    group by fct_plays.listener_id, extract(year from fct_plays.local_date)

)

select
    years.listener_id,
    years.listened_year,                            -- by the listener's clock
    dim_listeners.listener,
    years.plays,                                    -- those that count
    years.known_plays,                              -- … of songs whose reach is known
    {{ ratio('years.known_plays', 'years.plays') }} as known_share, -- … as a share of the plays
    {{ ratio('years.reach_sum', 'years.known_plays') }}
        as mainstream_index,                        -- mean reach of those plays; null: none known
    {{ ratio('years.obscure_plays', 'years.known_plays') }}
        as obscure_share,                           -- of them what hardly anyone hears
    case
        when years.known_plays = 0
            then 'no source says how many people hear these songs'
        when years.rated_plays = years.known_plays then 'by the popularity of the songs'
        when years.rated_plays = 0 then 'by the popularity or audience of their artists'
        else 'by the popularity of the songs, else of their artists'
    end as reach_source,
from years
inner join core.dim_listeners using (listener_id)
