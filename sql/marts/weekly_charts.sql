-- The forty most played tracks of each week, or works as the listener's settings say: rank, weeks
-- on the chart, peak, margin of the first.
--
-- Over 80 lines: what a row of the chart is, then the chart.
--
-- grain: listener_id, week_ending, track_id
-- audit: chart_rank between 1 and 40
-- audit: peak_rank <= chart_rank and chart_weeks >= 1

{% from 'macros.sql' import ratio %}

with

charted_plays as (

    select
        fct_plays.listener_id,
        fct_plays.week_ending,
        fct_plays.played_at,
        -- Of a listener whose charts are by track, it is the track.
        coalesce(dim_listener_works.work_track_id, fct_plays.track_id) as track_id,
    from core.fct_plays
    left join core.dim_listener_works using (listener_id, track_id)
    where fct_plays.is_in_charts

),

weekly as (

    select
        listener_id,
        week_ending,
        track_id,
        count(*) as plays,
        max(played_at) as last_played_at,
    from charted_plays
    group by listener_id, week_ending, track_id

),

placed as (

    select
        listener_id,
        week_ending,
        track_id,
        plays,
        row_number() over most_played_first as chart_rank,
        lead(plays) over most_played_first as runner_up_plays,
        sum(plays) over in_week as week_total_plays,
    from weekly
    window
        most_played_first as (
            partition by listener_id, week_ending
            order by plays desc, last_played_at desc, track_id
        ),
        in_week as (partition by listener_id, week_ending)

),

charted as (

    select
        *,
        count(*) over to_date as chart_weeks,
        min(chart_rank) over to_date as peak_rank,
    from placed
    where chart_rank <= 40
    window
        to_date as (
            partition by listener_id, track_id
            order by week_ending
            range between unbounded preceding and current row
        )

)

select
    charted.listener_id,
    charted.week_ending,
    charted.track_id,
    dim_listeners.listener,
    dim_listener_tracks.artist_name,
    dim_listener_tracks.track_name,
    dim_listeners.charts_by,
    charted.chart_rank,   -- place this week; the more recently played of equals goes first
    charted.plays,        -- plays in the whole week
    {{ ratio('charted.plays', 'charted.week_total_plays') }} as plays_share, -- of the whole week
    charted.chart_weeks,  -- weeks on the chart up to this one
    charted.peak_rank,    -- best place up to this week
    -- Only for the first: a lone track leads by all of its plays.
    case when charted.chart_rank = 1 then charted.plays - coalesce(charted.runner_up_plays, 0) end
        as margin_plays,  -- plays by which the first leads the second
from charted
inner join core.dim_listeners using (listener_id)
inner join core.dim_listener_tracks using (listener_id, track_id)
