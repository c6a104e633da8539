-- Days: a source says of a listener once that a track was played on a day.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}
{% set key = ['listener_id', 'track_name_id', 'played_on'] %}

{{ reject({
    'no artist': 'artist is null',
    'no track': 'track is null',
    'no date': 'played_on is null',
    'date before 2002': "played_on < date '2002-10-01'",
    'date in the future': 'played_on > $latest',
}, record="concat_ws(', ', artist, track, played_on)") }};

{{ named('track', has_listener=true) }};

{% call judge(key) %}
raw.played_days
where source = $source
{% endcall %};

{{ insert_kept('raw.played_days', key) }}
