-- How each column of a catalogue keeps the contract, and whether it is set aside as a whole.
--
-- Over 80 lines: what is stated has to be counted column by column.
--
-- grain: catalogue, field
-- audit: out_of_range_rows_count + untyped_rows_count + unstated_rows_count <= rows_count
-- audit: unstated_rows_count >= 0

{% from 'macros.sql' import ratio %}

{% set least_share_of_a_corrupt_column = '0.01e0' %}
{% set fields = [
    'popularity', 'artist_popularity', 'release_year', 'duration_ms', 'danceability', 'energy',
    'key', 'loudness', 'mode', 'speechiness', 'acousticness', 'instrumentalness', 'liveness',
    'valence', 'tempo', 'time_signature',
] %}

with

stated as (

{% for field in fields %}
    select
        catalogue,
        '{{ field }}' as field,
        count(*) as rows_count,
        count({{ field }}) as stated_rows_count,
    from core.fct_catalogue_rows
    group by catalogue
    {{ '' if loop.last else 'union all' }}
{% endfor %}

),

counted as (

    select
        catalogue,
        field,
        count(*) filter (where fault_type = 'out of range') as out_of_range_rows_count,
        count(*) filter (where fault_type = 'not of its type') as untyped_rows_count,
        count(stated_text) as unread_rows_count,
    from core.fct_catalogue_faults
    group by catalogue, field

),

complete as (

    select
        catalogue,
        field,
        stated.rows_count,
        -- A column without a fault has no row in counted.
        coalesce(counted.out_of_range_rows_count, 0) as out_of_range_rows_count,
        coalesce(counted.untyped_rows_count, 0) as untyped_rows_count,
        stated.rows_count - stated.stated_rows_count
            - coalesce(counted.unread_rows_count, 0) as unstated_rows_count, -- likewise
    from stated
    left join counted using (catalogue, field)

)

select
    complete.catalogue,
    complete.field,                      -- of core.fct_catalogue_rows
    dim_catalogue_fields.field_place,
    dim_catalogue_fields.least_value,
    dim_catalogue_fields.most_value,
    dim_catalogue_fields.fault_action,
    complete.rows_count,                 -- of the catalogue
    complete.out_of_range_rows_count,    -- rows with a number that it may not be
    complete.untyped_rows_count,         -- rows with a text that is none
    complete.unstated_rows_count,        -- rows that say nothing of it
    complete.unstated_rows_count = complete.rows_count
        as is_absent_column,             -- no row says anything
    -- Numbers of another unit lie in the range by chance too, so none of them is believed.
    dim_catalogue_fields.fault_action = 'set aside'
    -- Where nothing is stated nothing is out of range.
    and coalesce({{ ratio(
        'complete.out_of_range_rows_count', 'complete.rows_count - complete.unstated_rows_count'
    ) }}, 0e0) > {{ least_share_of_a_corrupt_column }}
        as is_set_aside_column,          -- so many are out of range that none is believed
from complete
inner join core.dim_catalogue_fields using (field)
