-- Favourites: a listener names a song for a week once at a time.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}
{% set key = ['listener_id', 'track_name_id', 'picked_at', 'week_ending'] %}
{% set more = ['spotify_track_id', 'idempotency_key', 'recording_mbid', 'isrc'] %}

{{ reject({
    'no artist': 'artist is null',
    'no track': 'track is null',
    'no time': 'picked_at is null',
    'time before 2002': "picked_at < timestamp '2002-10-01'",
    'time in the future': 'picked_at > $latest',
}, record="coalesce(record, concat_ws(', ', artist, track, picked_at))") }};

{{ named('track', has_listener=true) }};

{% call judge(key, more) %}
raw.picks
{% endcall %};

{{ insert_kept('raw.picks', key + more) }}
