-- Pairs of records of two services that may be one play; the first of each pair is the one to keep.
--
-- grain: kept_play_id, play_id
-- audit: seconds_apart >= 0

{% from 'macros.sql' import seconds_apart %}

with

placed as (

    select
        fct_close_plays.*,
        row_number() over in_source as place,
        count(*) over of_source as source_plays,
    from core.fct_close_plays
    anti join core.fct_second_reports using (play_id)
    window
        in_source as (
            partition by listener_id, work_id, run_number, source
            order by played_at, play_id
        ),
        of_source as (partition by listener_id, work_id, run_number, source)

)

-- One play by what is known: both begin within two minutes (SYSTEMS F.3), or one is stamped while
-- the other lasts or a minute after, as by a service that stamps the end.
select
    kept.play_id as kept_play_id,   -- the record to keep
    other.play_id,
    listener_id,
    work_id,
    kept.run_number,
    kept.source as kept_source,     -- of the one to keep
    other.source,
    kept.place = other.place and kept.source_plays = other.source_plays
        as is_same_place,           -- both are the n-th of as many
    kept.source_plays,              -- records of that service in the run
    kept.place as kept_place,       -- 1, 2, … among those of its service, by their starts
    other.place,                    -- likewise of the other
    abs(kept.place - other.place) as places_apart, -- 0: both are the n-th of their service
    {{ seconds_apart('kept', 'other') }}
        as seconds_apart,           -- between the starts, least
    {{ seconds_apart('kept', 'other') }} <= 120
        as is_same_start,           -- they begin within two minutes
from placed as kept
inner join placed as other using (listener_id, work_id, run_number)
where
    kept.source_rank < other.source_rank
    and (
        {{ seconds_apart('kept', 'other') }} <= 120
        or other.played_at between kept.played_at and kept.ended_at + interval '60 seconds'
        or kept.played_at between other.played_at and other.ended_at + interval '60 seconds'
    )
