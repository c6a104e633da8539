-- The new statements about tracks, and about how popular artists are; as of now.
insert into raw.track_stats by name
select
    judged.stats_name_id as track_name_id,
    incoming.feature_source as source,
    judged.fetched_at,
    incoming.spotify_track_id,
    incoming.album as album_name,
    incoming.release_date,
    incoming.duration_ms,
    incoming.popularity,
    judged.import_id,
    judged.line,
    incoming.isrc,
    incoming.is_explicit,
from temp.judged
inner join temp.incoming using (line)
where judged.stats_name_id is not null
order by judged.line;

insert into raw.artist_stats by name
select
    judged.popularity_name_id as artist_name_id,
    incoming.feature_source as source,
    judged.fetched_at,
    judged.import_id,
    judged.line,
    incoming.artist_popularity as popularity,
from temp.judged
inner join temp.incoming using (line)
where judged.popularity_name_id is not null
order by judged.line
