-- Without the MusicBrainz id nothing says whose profile it is.
update temp.incoming
set
    reason = 'no artist mbid',
where
    reason is null
    and artist_mbid is null
