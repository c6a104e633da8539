-- Each text that a source gives for a player, and the family it belongs to.
--
-- grain: platform

with

texts as (

    select distinct
        platform,
    from staging.stg_plays
    where platform is not null

)

select
    platform,
    -- Speakers and televisions first: their texts name the system too ('Partner android_tv …').
    case
        when regexp_matches(platform, '(?i)^not_applicable') then 'not_applicable'
        when regexp_matches(platform, '(?i)web_?player') then 'web'
        when regexp_matches(platform, '(?i)cast|sonos|speaker|echo|amazon|home_?pod') then 'cast'
        when
            regexp_matches(
                platform,
                '(?i)tizen|webos|_tv|tvos|roku|playstation|^ps[345]|xbox|scei|bravia'
            )
            then 'tv'
        when regexp_matches(platform, '(?i)^(i(os|phone|pad|pod)|watchos)') then 'ios'
        when regexp_matches(platform, '(?i)android') then 'android'
        when regexp_matches(platform, '(?i)^(os ?x|mac|darwin)') then 'osx'
        when regexp_matches(platform, '(?i)^windows') then 'windows'
        when regexp_matches(platform, '(?i)linux') then 'linux'
        when regexp_matches(platform, '(?i)^partner') then 'cast'
        else 'unknown'
    end as platform_family, -- ios, android, osx, windows, linux, web, cast, tv, not_applicable, …
from texts
