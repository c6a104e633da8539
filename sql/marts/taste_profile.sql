-- A listener's taste as of the build: each tag with its share, now and a year ago.
--
-- Over 80 lines: the same tags at two instants and in the last plays, side by side.
--
-- The half-life is the one that foresaw the listener best (`sotw train taste`), else 90 days.
--
-- grain: listener_id, tag
-- audit: share between 0 and 1.000001e0

{% from 'macros.sql' import exact_sum, ratio %}
{% from 'macros_taste.sql' import half_lives %}

with

fitted as (

    select
        listener_id,
        feature,
    from ml.parameters
    where predictor = 'taste' and model = 'decay' and feature like 'decayed_%'
    window
        latest_first as (
            partition by listener_id
            order by run_id desc
        )
    qualify row_number() over latest_first = 1

),

latest as (

    select
        fct_taste_tags.*,
        -- Without a training it is system D's guess.
        coalesce(fitted.feature, 'decayed_90d_plays') as feature,
    from core.fct_taste_tags
    inner join core.dim_taste_cutoffs using (listener_id, cutoff_at)
    left join fitted
        on fct_taste_tags.listener_id = fitted.listener_id
    where dim_taste_cutoffs.is_latest

),

-- The last instant of the grid that lies a year or more back.
year_ago as (

    select
        fct_taste_tags.listener_id,
        fct_taste_tags.tag,
        fct_taste_tags.share_90d,
    from core.fct_taste_tags
    inner join core.dim_taste_cutoffs using (listener_id, cutoff_at)
    where dim_taste_cutoffs.known_days >= 364
    window
        latest_first as (
            partition by fct_taste_tags.listener_id
            order by fct_taste_tags.cutoff_at desc
        )
    qualify dense_rank() over latest_first = 1

),

has_past as (

    select distinct
        listener_id,
    from year_ago

),

recent_plays as (

    select
        listener_id,
        artist_id,
    from core.fct_plays
    where is_in_training
    window
        latest_first as (
            partition by listener_id
            order by played_at desc, play_id
        )
    qualify row_number() over latest_first <= 50

),

recent_artists as (

    select distinct
        listener_id,
        artist_id,
    from recent_plays

),

composite as (

    select
        recent_artists.listener_id,
        fct_artist_tag_weights.tag,
        {{ ratio(exact_sum('fct_artist_tag_weights.weight'), 'count(*)') }} as mean_weight,
        count(*) as artists_count,
    from recent_artists
    inner join core.fct_artist_tag_weights using (artist_id)
    group by recent_artists.listener_id, fct_artist_tag_weights.tag

)

select
    latest.listener_id,
    latest.tag,
    latest.cutoff_at,                      -- UTC; the instant of the build
    case latest.feature
        {% for half_life in half_lives %}
        when 'decayed_{{ half_life }}d_plays' then {{ half_life }}
        {% endfor %}
    end as half_life_days,                -- days after which a play counts half
    case latest.feature
        {% for half_life in half_lives %}
        when 'decayed_{{ half_life }}d_plays' then latest.share_{{ half_life }}d
        {% endfor %}
    end as share,                         -- of all tagged plays, the later the heavier
    latest.share_90d,
    -- A tag that was not heard by then had no share.
    case when has_past.listener_id is not null then coalesce(year_ago.share_90d, 0e0) end
        as year_ago_share,                -- likewise, a year or more ago; null: no log so old
    latest.artists_count,                 -- artists with the tag that were ever heard
    -- No artist of the last 50 plays has the tag.
    1e2 * coalesce(composite.mean_weight, 0e0) * sqrt(coalesce(composite.artists_count, 0))
        as composite_score,               -- mean weight (to 100) times root of artists
from latest
left join year_ago using (listener_id, tag)
left join has_past
    on latest.listener_id = has_past.listener_id
left join composite
    on latest.listener_id = composite.listener_id and latest.tag = composite.tag
