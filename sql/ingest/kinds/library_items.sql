-- Saved songs, as of now. A song without an id says nothing new of one that is there already.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}
{% set key = ['listener_id', 'track_name_id', 'spotify_track_id'] %}

{{ reject({
    'no artist': 'artist is null',
    'no track': 'track is null',
}, record="coalesce(record, concat_ws(', ', artist, track))") }};

{{ named('track', has_listener=true) }};

{% call judge(key) %}
raw.library_items
where source = $source
group by
    -- Whatever id is there, the song without one is known too.
    grouping sets (
        (listener_id, track_name_id, spotify_track_id),
        (listener_id, track_name_id)
    )
{% endcall %};

{{ insert_kept('raw.library_items', key + ['$now as fetched_at']) }}
