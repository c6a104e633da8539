-- Profiles of artists; the MusicBrainz id says whose it is. What a file says of an artist is known
-- when the latest statements of the source say all of it; otherwise all of it is kept anew, equal
-- rows once.
{% from 'macros_ingest.sql' import insert_kept, insert_tags, judge, named, reject %}
{% set subject = 'artist_mbid' %}
{% set facts = [
    'country', 'artist_type', 'career_begin_date', 'career_end_date', 'has_career_ended',
] %}

{{ reject({'no artist mbid': 'artist_mbid is null'}) }};

{{ named() }};

{% call judge([subject] + facts, subject=[subject]) %}
raw.artist_profiles
where source = $source
window of_subject as (partition by artist_mbid)
qualify fetched_at = max(fetched_at) over of_subject
{% endcall %};

{{ insert_kept('raw.artist_profiles', [subject, '$now as fetched_at'] + facts) }};

-- The genres that it names, by the same id.
{% call insert_tags('artist_mbid', 'incoming.artist_mbid') %}
temp.incoming
where incoming.reason is null and incoming.tag_key is not null
{% endcall %}
