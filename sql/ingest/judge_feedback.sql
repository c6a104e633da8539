-- Which feedback is new: a listener gives a song a score once at a time.
create or replace temp table judged as
with

stated as (

    select
        line,
        listener_id,
        track_name_id,
        given_at,
        score,
        row_number() over equal_feedback as copy,
    from temp.named
    window
        equal_feedback as (
            partition by
                listener_id,
                track_name_id,
                given_at,
                score
            order by line
        )

),

stored as (

    select distinct
        listener_id,
        track_name_id,
        given_at,
        score,
        true as is_stored,
    from raw.feedback
    where source = $source

)

select
    if(stated.copy > 1 or stored.is_stored is not null, 'known', 'kept') as verdict,
    stated.line,
    stated.listener_id,
    stated.track_name_id,
    stated.given_at,
    stated.score,
from stated
left join stored using (listener_id, track_name_id, given_at, score)
