-- A pair without plays says nothing, and one with two counts contradicts itself: the first stays.
with

stated as (

    select
        source_user_id,
        source_artist_id,
        plays,
        line,
    from temp.incoming
    where reason is null and plays > 0
    union all
    select
        source_user_id,
        source_artist_id,
        plays,
        -1 as line,
    from raw.user_artists
    where source = $source

),

settled as (

    select
        source_user_id,
        source_artist_id,
        min_by(plays, line) as plays,
    from stated
    group by source_user_id, source_artist_id

),

faulty as (

    select
        incoming.line,
        if(incoming.plays > 0, 'another number for the same pair', 'no plays') as reason,
    from temp.incoming
    left join settled using (source_user_id, source_artist_id)
    where
        incoming.reason is null
        and (
            incoming.plays <= 0
            or incoming.plays != settled.plays
        )

)

update temp.incoming
set
    reason = faulty.reason,
from faulty
where incoming.line = faulty.line
