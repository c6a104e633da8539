-- What each feature adds to the scores of some rows of temp.scored_rows: those of temp.chosen.

select
    row_number,
    unnest([
        {% for feature in features %}
        {
            'feature': '{{ feature.name }}',
            'level': {{ feature.level }},
            'value': {{ feature.value }},
            'contribution': {{ feature.sum }},
        },
        {% endfor %}
    ], recursive := true),
from temp.scored_rows
semi join temp.chosen using (row_number)
