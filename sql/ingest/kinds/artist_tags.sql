-- Tags of artists, as of now; another spelling of a tag with an equal key is known.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}
{% set key = ['artist_name_id', 'tag_key'] %}
{% set more = ['tag', 'weight'] %}

{{ reject({
    'no artist': 'artist is null',
    'no genre': 'tag_key is null',
}) }};

{{ named('artist') }};

{% call judge(key, more) %}
raw.artist_tags
where source = $source
{% endcall %};

{{ insert_kept('raw.artist_tags', key + more + ['$now as fetched_at']) }}
