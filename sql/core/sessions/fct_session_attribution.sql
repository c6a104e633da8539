-- Whether a session of a shared account is its owner's, with all that speaks for it.
--
-- Over 80 lines: one score of five marks, each with its null.
--
-- grain: listener_id, session_number
-- audit: is_primary = (is_kept or not is_filter_on)

{% from 'macros.sql' import is_listed %}

with

compared as (

    select
        fct_sessions.listener_id,
        fct_sessions.session_number,
        fct_sessions.plays,
        stg_attribution_settings.listener_id is not null as has_settings,
        fct_sessions.dominant_country = stg_attribution_settings.home_country as is_country_match,
        {{ is_listed(
            'fct_sessions.dominant_platform',
            'fct_sessions.dominant_platform_family',
            'stg_attribution_settings.primary_platforms'
        ) }} as is_platform_match,
        -- A window may reach over midnight; both ends belong to it.
        case
            when stg_attribution_settings.hour_from <= stg_attribution_settings.hour_to
                then fct_sessions.start_hour
                    between stg_attribution_settings.hour_from and stg_attribution_settings.hour_to
            else fct_sessions.start_hour >= stg_attribution_settings.hour_from
                or fct_sessions.start_hour <= stg_attribution_settings.hour_to
        end as is_hour_match,
        fct_session_affinities.artist_affinity_ratio,
        fct_session_affinities.artist_affinity_ratio
            >= stg_attribution_settings.affinity_min_ratio as is_artist_affinity_match,
        {{ is_listed(
            'fct_sessions.dominant_platform',
            'fct_sessions.dominant_platform_family',
            'stg_attribution_settings.driving_hints'
        ) }} as has_driving_hint,
        stg_attribution_settings.weight_country,
        stg_attribution_settings.weight_platform,
        stg_attribution_settings.weight_hour,
        stg_attribution_settings.weight_affinity,
        stg_attribution_settings.weight_driving,
        stg_attribution_settings.min_session_score,
        stg_attribution_settings.is_country_required,
        stg_attribution_settings.min_kept_plays,
    from core.fct_sessions
    left join staging.stg_attribution_settings using (listener_id)
    left join core.fct_session_affinities
        on
            fct_sessions.listener_id = fct_session_affinities.listener_id
            and fct_sessions.session_number = fct_session_affinities.session_number

),

scored as (

    select
        *,
        case when is_country_match then weight_country else 0e0 end
            + case when is_platform_match then weight_platform else 0e0 end
            + case when is_hour_match then weight_hour else 0e0 end
            + case when is_artist_affinity_match then weight_affinity else 0e0 end
            + case when has_driving_hint then weight_driving else 0e0 end as attribution_score,
    from compared

),

kept as (

    select
        *,
        -- The weights are decimals, and their sum as a double may miss the least score by a bit.
        attribution_score >= min_session_score - 1e-9
            and (is_country_match or not is_country_required) as is_kept,
    from scored

),

counted as (

    select
        *,
        -- None is kept where nothing says which are.
        cast(coalesce(sum(plays) filter (where is_kept) over of_listener, 0) as bigint)
            as kept_plays,
    from kept
    window of_listener as (partition by listener_id)

)

select
    listener_id,
    session_number,
    is_country_match,          -- most plays in the home country; null here and below: no settings
    is_platform_match,         -- … on a platform of the listener's
    is_hour_match,             -- begun within the listener's hours
    artist_affinity_ratio,
    is_artist_affinity_match,  -- enough of it by those artists
    has_driving_hint,          -- … on a platform of a car
    case when has_settings then attribution_score end
        as attribution_score,  -- sum of the weights of what matches
    is_kept,                   -- by its score and country
    has_settings and kept_plays >= min_kept_plays
        as is_filter_on,       -- enough is kept to leave the other sessions out
    not has_settings or kept_plays < min_kept_plays or is_kept
        as is_primary,         -- taken as the listener's own
from counted
