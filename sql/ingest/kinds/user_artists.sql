-- Plays of a user of an artist, in a data set: a pair without plays says nothing, and one with two
-- counts contradicts itself: the first stays.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject, reject_contradictions %}
{% set key = ['source_user_id', 'source_artist_id'] %}
{% set more = ['plays'] %}

{{ reject({'no plays': 'plays <= 0'}) }};

{% call reject_contradictions(key, 'plays', 'another number for the same pair') %}
raw.user_artists
where source = $source
{% endcall %};

{{ named() }};

{% call judge(key, more) %}
raw.user_artists
where source = $source
{% endcall %};

{{ insert_kept('raw.user_artists', key + more) }}
