-- Tags that users of a data set gave. Two of its files list the same ones, with days and with
-- times; a user gives an artist a tag once, and nobody has tagged anything tomorrow.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}
{% set key = ['source_user_id', 'source_artist_id', 'source_tag_id'] %}
{% set more = ['tagged_on'] %}

{{ reject({'time in the future': 'tagged_on > $latest'}) }};

{{ named() }};

{% call judge(key, more) %}
raw.user_artist_tags
where source = $source
{% endcall %};

{{ insert_kept('raw.user_artist_tags', key + more) }}
