-- Feedback: a listener gives a song a score once at a time.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}
{% set key = ['listener_id', 'track_name_id', 'given_at', 'score'] %}

{{ reject({
    'no artist': 'artist is null',
    'no track': 'track is null',
    'no time': 'given_at is null',
    'time before 2002': "given_at < timestamp '2002-10-01'",
    'time in the future': 'given_at > $latest',
}, record="coalesce(record, concat_ws(', ', artist, track, given_at))") }};

{{ named('track', has_listener=true) }};

{% call judge(key) %}
raw.feedback
where source = $source
{% endcall %};

{{ insert_kept('raw.feedback', key) }}
