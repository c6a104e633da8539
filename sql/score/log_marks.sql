-- Marks by which each listener's log is known again: its 64 smallest, see log_overlap.sql.

select
    fct_plays.listener_id,
    list_slice(
        list_sort(
            list(
                distinct cast(
                    '0x' || left(
                        md5(
                            cast(cast(fct_plays.played_at as date) as varchar)
                            || '|' || dim_tracks.artist_key || '|' || dim_tracks.track_key
                        ),
                        12
                    ) as bigint
                )
            )
        ),
        1,
        64
    ) as marks,
from core.fct_plays
inner join core.dim_tracks using (track_id)
where fct_plays.is_in_training
group by fct_plays.listener_id
order by fct_plays.listener_id
