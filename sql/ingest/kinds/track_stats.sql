-- Statements about tracks. What a file says of a track is known when the latest statements of the
-- source say all of it; otherwise all of it is kept anew, equal rows once.
{% from 'macros_ingest.sql' import insert_kept, insert_tags, judge, named, reject %}
{% set subject = 'track_name_id' %}
{% set facts = ['spotify_track_id', 'album_name', 'release_date', 'duration_ms', 'popularity'] %}

{{ reject({
    'no artist': 'artist is null',
    'no track': 'track is null',
}) }};

{{ named('track') }};

{% call judge([subject] + facts, subject=[subject]) %}
raw.track_stats
where source = $source
window of_subject as (partition by track_name_id)
qualify fetched_at = max(fetched_at) over of_subject
{% endcall %};

{{ insert_kept('raw.track_stats', [subject, '$now as fetched_at'] + facts) }};

-- The genres that it names for their artists.
{% call insert_tags('artist_name_id', 'names.name_id') %}
temp.incoming
inner join raw.names
    on
        names.kind = 'artist'
        and incoming.artist = names.artist_name
        and names.key_version = $key_version
where incoming.reason is null and incoming.tag_key is not null
{% endcall %}
