-- What is odd in the catalogues that the listeners' songs are described by: the same for everybody.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 0

{% from 'macros.sql' import ratio %}

with

findings as (

    select
        'catalogue: column set aside' as quality_check,
        catalogue || ': ' || field as subject,
        out_of_range_rows_count as cases,
        rows_count,
        'numbers of another unit: of this column nothing is believed' as meaning,
    from core.fct_catalogue_columns
    where is_set_aside_column
    union all
    select
        'catalogue: out of range' as quality_check,
        catalogue || ': ' || field as subject,
        out_of_range_rows_count as cases,
        rows_count,
        'numbers that cannot be; such rows are not learned from' as meaning,
    from core.fct_catalogue_columns
    where out_of_range_rows_count > 0 and not is_set_aside_column
    union all
    select
        'catalogue: not of its type' as quality_check,
        catalogue || ': ' || field as subject,
        untyped_rows_count as cases,
        rows_count,
        'texts where a number belongs; such rows are not learned from' as meaning,
    from core.fct_catalogue_columns
    where untyped_rows_count > 0
    union all
    select
        'catalogue: not stated' as quality_check,
        catalogue || ': ' || field as subject,
        unstated_rows_count as cases,
        rows_count,
        'rows that leave out what others state' as meaning,
    from core.fct_catalogue_columns
    where unstated_rows_count > 0 and not is_absent_column
    union all
    select
        'catalogue: song again' as quality_check,
        catalogue as subject,
        count(*) filter (where song_row_rank > 1) as cases,
        count(*) as rows_count,
        'rows of a song that has one already; it is learned from once' as meaning,
    from core.fct_catalogue_rows
    group by catalogue
    having count(*) filter (where song_row_rank > 1) > 0

)

select
    dim_listeners.listener_id,
    findings.quality_check,  -- what was looked for
    findings.subject,        -- the catalogue, and the column it was found in
    findings.cases,          -- how many, in the unit that the meaning names
    {{ ratio('findings.cases', 'findings.rows_count') }}
        as cases_share,      -- … of the rows of the catalogue
    findings.meaning,        -- what the number counts
from findings
cross join core.dim_listeners
