-- The peer of `sotw reading`: the same fields read and cast by DuckDB alone.
create or replace table bare as
select
    row_number() over () as line,
    try_cast(ts as timestamp) as played_at,
    try_cast(ms_played as bigint) as ms_played,
    * exclude (ts, ms_played),
from read_json(
    ?,
    format = 'array',
    columns = {
        ts: 'varchar',
        platform: 'varchar',
        ms_played: 'varchar',
        conn_country: 'varchar',
        master_metadata_track_name: 'varchar',
        master_metadata_album_artist_name: 'varchar',
        master_metadata_album_album_name: 'varchar',
        spotify_track_uri: 'varchar',
        episode_name: 'varchar',
        episode_show_name: 'varchar',
        spotify_episode_uri: 'varchar',
        audiobook_title: 'varchar',
        audiobook_chapter_uri: 'varchar',
        audiobook_chapter_title: 'varchar',
        reason_start: 'varchar',
        reason_end: 'varchar',
        shuffle: 'varchar',
        skipped: 'varchar',
        offline: 'varchar',
        offline_timestamp: 'varchar',
        incognito_mode: 'varchar'
    }
)
