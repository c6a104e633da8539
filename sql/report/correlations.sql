-- How each number goes with being the favourite: Pearson's r over temp.report_candidates.

select
    {% for name in numbers %}
    corr(cast({{ name }} as double), cast(is_favorite as double)) as {{ name }},
    {% endfor %}
from temp.report_candidates
where is_labelled_week
