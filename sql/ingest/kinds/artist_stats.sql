-- Numbers of artists. What a file says of an artist is known when the latest statements of the
-- source say all of it; otherwise all of it is kept anew, equal rows once.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}
{% set subject = 'artist_name_id' %}
{% set facts = ['artist_mbid', 'listeners', 'playcount'] %}

{{ reject({'no artist': 'artist is null'}) }};

{{ named('artist') }};

{% call judge([subject] + facts, subject=[subject]) %}
raw.artist_stats
where source = $source
window of_subject as (partition by artist_name_id)
qualify fetched_at = max(fetched_at) over of_subject
{% endcall %};

{{ insert_kept('raw.artist_stats', [subject, '$now as fetched_at'] + facts) }}
