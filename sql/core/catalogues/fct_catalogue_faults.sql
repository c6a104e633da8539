-- What in a row of a catalogue breaks the contract, field by field; what is not stated is no fault.
--
-- grain: catalogue_row_id, field

{% set fields = [
    'popularity', 'artist_popularity', 'release_year', 'duration_ms', 'danceability', 'energy',
    'key', 'loudness', 'mode', 'speechiness', 'acousticness', 'instrumentalness', 'liveness',
    'valence', 'tempo', 'time_signature',
] %}

with

stated_values as (

{% for field in fields %}
    select
        catalogue_row_id,
        catalogue,
        '{{ field }}' as field,
        cast({{ field }} as double) as stated_value,
        -- What is not understood stands under the name that ingest knows the field by.
        split_part(split_part(
            unread, '|{{ 'release_date' if field == 'release_year' else field }}=', 2
        ), '|', 1) as stated_text,
    from core.fct_catalogue_rows
    {{ '' if loop.last else 'union all' }}
{% endfor %}

),

judged as (

    select
        stated_values.catalogue_row_id,
        stated_values.catalogue,
        stated_values.field,
        stated_values.stated_value,
        nullif(stated_values.stated_text, '') as stated_text,
        dim_catalogue_fields.fault_action,
        case
            when stated_values.stated_value < dim_catalogue_fields.least_value
                or stated_values.stated_value > dim_catalogue_fields.most_value
                or regexp_matches(stated_values.stated_text, '^[-+]?[0-9][0-9.]*$')
                then 'out of range'
            when stated_values.stated_text != '' then 'not of its type'
        end as fault_type,
    from stated_values
    inner join core.dim_catalogue_fields using (field)

)

select
    catalogue_row_id,
    field,          -- the column; (song): the row as a whole
    catalogue,
    fault_type,     -- out of range, not of its type, or the song is there again
    stated_value,   -- the number it states
    stated_text,    -- the text it states, where that is no number it may be
    fault_action,
from judged
where fault_type is not null
union all
select
    catalogue_row_id,
    '(song)' as field,
    catalogue,
    'song again' as fault_type,
    cast(null as double) as stated_value,
    cast(null as varchar) as stated_text,
    'leave out' as fault_action,
from core.fct_catalogue_rows
where song_row_rank > 1
