-- How many of the known marks of a log are found in each listener's plays.
--
-- A mark is the start of the md5 of a play's UTC date, artist's key and track's key, so that the
-- same history is known again from another export of it. $marks: a list of them.

with

marks as (

    select
        unnest($marks) as mark,

)

select
    fct_plays.listener_id,
    count(distinct marks.mark) as marks_count,
from core.fct_plays
inner join core.dim_tracks using (track_id)
inner join marks
    on
        marks.mark = cast(
            '0x' || left(
                md5(
                    cast(cast(fct_plays.played_at as date) as varchar)
                    || '|' || dim_tracks.artist_key || '|' || dim_tracks.track_key
                ),
                12
            ) as bigint
        )
where fct_plays.is_in_training
group by fct_plays.listener_id
