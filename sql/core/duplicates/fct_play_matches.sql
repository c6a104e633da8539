-- Which records of two services are one play; the first of each pair is the one to keep.
--
-- Over 80 lines: three ways to match, each on what the one before left.
--
-- grain: kept_play_id, play_id
-- audit: seconds_apart >= 0

with

-- As many on each side, and all of them fit in their order: repeats of a song stay repeats.
in_order as (

    select
        *,
    from core.fct_play_pairs
    where is_same_place
    window
        of_run as (partition by listener_id, work_id, run_number, kept_source, source)
    qualify count(*) over of_run = source_plays

),

unordered as (

    select
        fct_play_pairs.*,
    from core.fct_play_pairs
    anti join in_order using (kept_play_id, source)

),

-- Else those that are each the nearest of the other; equally near ones go by their places.
nearest as (

    select
        *,
    from unordered
    where is_same_start
    window
        nearest_kept as (
            partition by play_id, kept_source
            order by seconds_apart, places_apart, kept_place, kept_play_id
        ),
        nearest_other as (
            partition by kept_play_id, source
            order by seconds_apart, places_apart, place, play_id
        )
    qualify row_number() over nearest_kept = 1 and row_number() over nearest_other = 1

),

left_over as (

    select
        unordered.*,
    from unordered
    anti join nearest as matched_kept
        on
            unordered.kept_play_id = matched_kept.kept_play_id
            and unordered.source = matched_kept.source
    anti join nearest as matched_other
        on
            unordered.play_id = matched_other.play_id
            and unordered.kept_source = matched_other.kept_source
    window
        nearest_left_kept as (
            partition by unordered.play_id, unordered.kept_source
            order by
                unordered.is_same_start desc,
                unordered.seconds_apart,
                unordered.kept_place,
                unordered.kept_play_id
        ),
        nearest_left_other as (
            partition by unordered.kept_play_id, unordered.source
            order by
                unordered.is_same_start desc,
                unordered.seconds_apart,
                unordered.place,
                unordered.play_id
        )
    qualify row_number() over nearest_left_kept = 1 and row_number() over nearest_left_other = 1

),

matched as (

    select
        kept_play_id,
        play_id,
        seconds_apart,
        is_same_start,
    from in_order
    union all
    select
        kept_play_id,
        play_id,
        seconds_apart,
        is_same_start,
    from nearest
    union all
    select
        kept_play_id,
        play_id,
        seconds_apart,
        is_same_start,
    from left_over

)

select
    kept_play_id,
    play_id,
    seconds_apart,
    case when is_same_start then 'same start' else 'stamped later' end
        as reason,  -- why they are one play
from matched
