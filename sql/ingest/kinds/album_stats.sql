-- Numbers of albums; a collection may have no artist. What a file says of an album is known when
-- the latest statements of the source say all of it; otherwise all of it is kept anew, equal rows
-- once.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}
{% set subject = 'album_name_id' %}
{% set facts = ['album_mbid', 'listeners', 'playcount'] %}

{{ reject({'no album': 'album is null'}) }};

{{ named('album') }};

{% call judge([subject] + facts, subject=[subject]) %}
raw.album_stats
where source = $source
window of_subject as (partition by album_name_id)
qualify fetched_at = max(fetched_at) over of_subject
{% endcall %};

{{ insert_kept('raw.album_stats', [subject, '$now as fetched_at'] + facts) }}
