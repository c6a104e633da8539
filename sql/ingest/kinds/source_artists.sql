-- Artists of a data set: a number belongs to the name that it was first given with.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject_contradictions %}
{% set key = ['source_artist_id'] %}

{% call reject_contradictions(
    key, 'artist', 'another name for the same number', stored_value='names.artist_name'
) %}
raw.source_artists
inner join raw.names on source_artists.artist_name_id = names.name_id
where source_artists.source = $source
{% endcall %};

{{ named('artist') }};

{% call judge(key, ['artist_name_id']) %}
raw.source_artists
where source = $source
{% endcall %};

{{ insert_kept('raw.source_artists', key + ['artist_name_id']) }}
