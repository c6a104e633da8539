-- What each way of counting makes of a listener's plays, duplicates and other than songs left out.
--
-- grain: listener_id, counting
-- audit: counted_plays <= plays

{% from 'macros.sql' import counting_rules, counts_by %}

with

songs as (

    select
        fct_plays.*,
        dim_tracks.duration_ms,
    from core.fct_plays
    inner join core.dim_tracks using (track_id)
    where fct_plays.content_type = 'track'

),

judged as (

{% for rule in counting_rules %}
    select
        listener_id,
        '{{ rule }}' as counting,
        count(*) as plays,
        count(*) filter (where {{ counts_by(rule) }}) as counted_plays,
        count(distinct track_id) filter (where {{ counts_by(rule) }}) as tracks_count,
        count(distinct artist_id) filter (where {{ counts_by(rule) }}) as artists_count,
    from songs
    group by listener_id
    {{ '' if loop.last else 'union all' }}
{% endfor %}

)

select
    judged.listener_id,
    judged.counting,                                          -- name of the rule
    dim_listeners.listener,
    judged.plays,                                             -- records of songs
    judged.counted_plays,                                     -- those that count by the rule
    judged.tracks_count,                                      -- tracks with such a play
    judged.artists_count,                                     -- artists with such a play
    judged.counting = dim_listeners.counting as is_in_use,    -- the listener's own rule
from judged
inner join core.dim_listeners using (listener_id)
