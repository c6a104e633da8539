-- Of a player only its family and form are kept, and of other words only what has the form of such.
{% from 'macros_ingest.sql' import country_of, mbid_of, platform_of, word_of %}
update raw.plays
set
    platform = {{ platform_of('platform') }},
    country = {{ country_of('country') }},
    reason_start = {{ word_of('reason_start') }},
    reason_end = {{ word_of('reason_end') }},
    track_mbid = {{ mbid_of('track_mbid') }},
    artist_mbid = {{ mbid_of('artist_mbid') }};
-- Nobody can tell by now which part of these was the time.
update raw.rejects
set record = null
where reason = 'time not understood';
comment on column raw.plays.platform is 'Family and form of the player, such as ''android tablet''; never a model or a name.';
