-- Every row of every catalogue that keeps the contract, with its features and its popularity.
--
-- A song that stands there twice has two rows; what is learned from is marts.training_popularity.
--
-- grain: catalogue_row_id

{% set grain = 'catalogue_row_id' %}

with

stated_rows as (

    -- The key by which features are joined comes first, where Spark puts it.
    select
        catalogue_row_id,
        catalogue,
        line,
        track_name_id,
        song_row_rank > 1 as is_song_again, -- another row of the catalogue stands for the song
        popularity,
    from core.fct_catalogue_rows

)

select
    stated_rows.*,
    {% for feature in models('features', grain) %}
    {{ feature.table }}.* exclude ({{ grain }}),
    {% endfor %}
from stated_rows
{% for feature in models('features', grain) %}
inner join {{ feature.name }} using ({{ grain }})
{% endfor %}
