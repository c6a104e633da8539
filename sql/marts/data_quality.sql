-- What is odd or not known in a listener's data: holes, clocks, names, duplicates, left-out weeks.
--
-- grain: listener_id, quality_check, subject
-- audit: cases >= 0
-- audit: cases_share >= 0 and cases_share <= 1

with

findings as (

{% for findings in ['stamp', 'clock', 'coverage', 'report', 'shift', 'name', 'week', 'catalogue'] %}
    select
        listener_id,
        quality_check,
        subject,
        cases,
        cases_share,
        meaning,
    from core.fct_{{ findings }}_findings
    union all
{% endfor %}
    -- What a file of nobody's says, such as a catalogue, is used for everybody.
    select
        dim_listeners.listener_id,
        'record not kept' as quality_check,
        fct_rejects.reason as subject,
        cast(sum(fct_rejects.records_count) as bigint) as cases,
        cast(null as double) as cases_share,
        'records of imported files that could not be used; see marts.rejected_records' as meaning,
    from core.fct_rejects
    inner join core.dim_listeners
        on
            fct_rejects.listener_id is null
            or fct_rejects.listener_id = dim_listeners.listener_id
    group by dim_listeners.listener_id, fct_rejects.reason

)

select
    findings.listener_id,
    findings.quality_check,
    findings.subject,
    dim_listeners.listener,
    findings.cases,
    findings.cases_share,
    findings.meaning,
from findings
inner join core.dim_listeners using (listener_id)
