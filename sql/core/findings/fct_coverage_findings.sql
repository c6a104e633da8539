-- How much is known of what a listener has played, counted by plays.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 0
-- audit: cases_share >= 0 and cases_share <= 1

{% from 'macros.sql' import ratio %}

{% set facts = [
    ('album', 'album_plays'),
    ('release date', 'dated_plays'),
    ('duration', 'timed_plays'),
    ('genre of the artist', 'tagged_plays'),
    ('popularity', 'rated_plays'), ('audio features', 'described_plays'),
] %}

with

summed as (

    select
        listener_id,
        sum(plays) as plays,
        sum(album_plays) as album_plays,
        -- Where it is known of no play, it is known of none.
        coalesce(sum(plays) filter (where is_dated), 0) as dated_plays,
        coalesce(sum(plays) filter (where has_duration), 0) as timed_plays,
        coalesce(sum(plays) filter (where has_genre), 0) as tagged_plays,
        coalesce(sum(plays) filter (where has_popularity), 0) as rated_plays,
        coalesce(sum(plays) filter (where has_audio_features), 0) as described_plays,
        count(distinct track_id) as tracks_count,
        count(distinct track_id) filter (where not has_duration) as untimed_tracks_count,
    from core.fct_heard_names
    inner join core.dim_known_tracks using (track_id)
    group by listener_id

),

facts as (

{% for subject, known_plays in facts %}
    select
        listener_id,
        '{{ subject }}' as subject,
        {{ known_plays }} as known_plays,
        plays,
    from summed
    {{ '' if loop.last else 'union all' }}
{% endfor %}

)

select
    listener_id,
    'metadata coverage' as quality_check,       -- what was looked for
    subject,                                    -- the day, week or thing it was found in
    cast(known_plays as bigint) as cases,       -- how many, in the unit that the meaning names
    {{ ratio('known_plays', 'plays') }} as cases_share, -- … of all there are; null: of no whole
    'plays of which this is known' as meaning,  -- what the number counts
from facts
union all
select
    listener_id,
    'unknown duration' as quality_check,
    'plays' as subject,
    cast(plays - timed_plays as bigint) as cases,
    {{ ratio('plays - timed_plays', 'plays') }} as cases_share,
    'plays of tracks of which no source gives the length' as meaning,
from summed
where plays > timed_plays
union all
select
    listener_id,
    'unknown duration' as quality_check,
    'tracks' as subject,
    untimed_tracks_count as cases,
    {{ ratio('untimed_tracks_count', 'tracks_count') }} as cases_share,
    'played tracks of which no source gives the length' as meaning,
from summed
where untimed_tracks_count > 0
