-- The new plays of some listeners or months, and those that tell a stored one otherwise. The
-- ordinal counts on from the equal plays that are there.
{% from 'macros_ingest.sql' import facts_of_play %}

insert into raw.plays by name
select
    judged.listener_id,
    $source as source,
    judged.played_at,
    judged.track_name_id,
    judged.ordinal,
    judged.album_name_id,
    {{ facts_of_play() }}
    $import_id as import_id,
    incoming.line,
    -- An older export came after the newer one.
    case when not retold.is_newer then retold.import_id end as superseded_by,
from temp.incoming
inner join temp.judged on incoming.rowid = judged.incoming_rowid
left join temp.retold using (incoming_rowid)
left join temp.platforms on incoming.platform = platforms.stated_platform
where
    judged.verdict in ('kept', 'retold')
    and (
        judged.listener_id > $from_listener
        or (judged.listener_id = $from_listener and judged.played_at >= $from_at)
    )
    and (
        judged.listener_id < $until_listener
        or (judged.listener_id = $until_listener and judged.played_at < $until_at)
    )
order by judged.listener_id, judged.played_at, judged.track_name_id, judged.ordinal
