-- Concerts: a listener sees an artist once a day, however the lists spell the name.
{% from 'macros_ingest.sql' import insert_kept, judge, named, reject %}

{{ reject({
    'no artist': 'artist is null',
    'no date': 'show_date is null',
    'date before 1940': "show_date < date '1940-01-01'",
    'date in the future': 'show_date > $latest',
}, record="concat_ws(', ', artist, show_date)") }};

{{ named('artist', has_listener=true) }};

{% call judge(['listener_id', 'artist_key', 'show_date'], ['artist_name_id']) %}
raw.live_shows
inner join raw.names
    on
        live_shows.artist_name_id = names.name_id
        and names.key_version = $key_version
{% endcall %};

{{ insert_kept('raw.live_shows', ['listener_id', 'artist_name_id', 'show_date']) }}
