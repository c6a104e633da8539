-- The peer of reading listens: the same fields read by DuckDB alone.
create or replace table bare as
select
    row_number() over () as line,
    try_cast(listened_at as bigint) as listened_at,
    recording_msid,
    track_metadata,
from read_json(
    ?,
    format = 'newline_delimited',
    columns = {
        listened_at: 'varchar',
        recording_msid: 'varchar',
        track_metadata: 'struct(
            artist_name varchar,
            track_name varchar,
            release_name varchar,
            additional_info struct(
                duration_ms varchar,
                music_service varchar,
                recording_msid varchar,
                spotify_id varchar
            ),
            mbid_mapping struct(recording_mbid varchar, artist_mbids varchar[])
        )'
    }
)
