-- Of each listener's records how many count, and why the others do not; the first reason counts.

with

judged as (

    select
        listener_id,
        case
            when is_counted then 'counted'
            when content_type != 'track' then 'no song'
            when is_private then 'private'
            else 'too short'
        end as reason,
        ms_played is null as is_length_unknown,
    from core.fct_plays

)

select
    dim_listeners.listener,
    dim_listeners.counting,
    count(*) as plays,
    count(*) filter (where judged.reason = 'counted') as counted_plays,
    count(*) filter (where judged.reason = 'no song') as other_plays,
    count(*) filter (where judged.reason = 'private') as private_plays,
    count(*) filter (where judged.reason = 'too short') as short_plays,
    count(*) filter (where judged.is_length_unknown) as unknown_length_plays,
from judged
inner join core.dim_listeners using (listener_id)
group by dim_listeners.listener, dim_listeners.counting
order by dim_listeners.listener
