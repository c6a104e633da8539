-- The forms in which sources write the release dates of the tracks in temp.report_tracks.

with

written as (

    select
        report_tracks.track_id,
        -- Digits and letters stand for themselves: forms are counted, not dates.
        regexp_replace(
            regexp_replace(track_stats.release_date, '[0-9]', '9', 'g'), '\p{L}', 'a', 'g'
        ) as form,
    from raw.track_stats
    inner join core.dim_track_aliases using (track_name_id)
    inner join temp.report_tracks
        on dim_track_aliases.track_id = report_tracks.track_id
    where track_stats.release_date is not null

)

select
    case form
        when '9999-99-99' then 'YYYY-MM-DD'
        when '9999-99' then 'YYYY-MM'
        when '9999' then 'YYYY'
        else form
    end as form,
    count(*) as statements_count,
    count(distinct track_id) as tracks_count,
from written
group by written.form
order by statements_count desc, form
