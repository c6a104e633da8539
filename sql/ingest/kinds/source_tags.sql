-- Tags of a data set: a number belongs to the tag that it was first given with.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject_contradictions %}
{% set key = ['source_tag_id'] %}
{% set more = ['tag', 'tag_key'] %}

{% call reject_contradictions(key, 'tag', 'another tag for the same number') %}
raw.source_tags
where source = $source
{% endcall %};

{{ named() }};

{% call judge(key, more) %}
raw.source_tags
where source = $source
{% endcall %};

{{ insert_kept('raw.source_tags', key + more) }}
