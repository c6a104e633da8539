-- Songs of playlists: a list has a song once for each date on which it was added. One without a
-- date, as in older exports, says nothing new of a song that is on the list already.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}
{% set key = ['listener_id', 'playlist', 'track_name_id', 'added_at'] %}
{% set more = ['spotify_track_id'] %}

{{ reject({
    'no playlist name': 'playlist is null',
    'no artist': 'artist is null',
    'no track': 'track is null',
    'time before 2002': "added_at < timestamp '2002-10-01'",
    'time in the future': 'added_at > $latest',
}, record="coalesce(record, concat_ws(', ', artist, track, added_at))") }};

{{ named('track', has_listener=true) }};

{% call judge(key, more) %}
raw.playlist_items
where source = $source
group by
    -- Whatever date is there, the song without one is known too.
    grouping sets (
        (listener_id, playlist, track_name_id, added_at),
        (listener_id, playlist, track_name_id)
    )
{% endcall %};

{{ insert_kept('raw.playlist_items', key + more) }}
