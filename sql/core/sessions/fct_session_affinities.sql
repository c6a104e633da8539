-- How much of a session is by the artists that the listener plays most at home.
--
-- Over 80 lines: whose artists count is decided by the same plays that are then compared.
--
-- grain: listener_id, session_number
-- audit: artist_affinity_ratio between 0 and 1

{% from 'macros.sql' import is_listed, ratio %}

-- With fewer plays at home than this, those of everywhere say which artists (SYSTEMS B.3).
{% set least_home_plays = 500 %}

with

marked as (

    select
        fct_outcomes.listener_id,
        fct_outcomes.play_id,
        fct_outcomes.play_number,
        fct_outcomes.artist_id,
        stg_attribution_settings.affinity_top_n,
        -- A country or platform that is not said is not the listener's own.
        coalesce(
            fct_outcomes.country = stg_attribution_settings.home_country
            and {{ is_listed(
                'fct_outcomes.platform',
                'fct_outcomes.platform_family',
                'stg_attribution_settings.primary_platforms'
            ) }},
            false
        ) as is_at_home,
    from core.fct_outcomes
    inner join staging.stg_attribution_settings using (listener_id)

),

telling as (

    select
        listener_id,
        affinity_top_n,
        artist_id,
        play_number,
        is_at_home,
        count(*) filter (where is_at_home) over of_listener as home_plays,
    from marked
    window of_listener as (partition by listener_id)

),

artists as (

    select
        listener_id,
        affinity_top_n,
        artist_id,
        count(*) as plays,
        min(play_number) as first_play_number,
    from telling
    where is_at_home or home_plays < {{ least_home_plays }}
    group by listener_id, affinity_top_n, artist_id

),

own_artists as (

    select
        listener_id,
        artist_id,
    from artists
    window
        most_played_first as (
            partition by listener_id
            order by plays desc, first_play_number
        )
    qualify row_number() over most_played_first <= affinity_top_n

)

select
    marked.listener_id,
    fct_session_plays.session_number,
    {{ ratio('count(own_artists.artist_id)', 'count(*)') }}
        as artist_affinity_ratio, -- share of its plays
from marked
inner join core.fct_session_plays using (play_id)
left join own_artists
    on marked.listener_id = own_artists.listener_id and marked.artist_id = own_artists.artist_id
group by marked.listener_id, fct_session_plays.session_number
