-- The names that are one with a spelling by their loose keys, a row for each strict key.
with

newest_names as (

    select
        *,
    from raw.names
    window
        newest_keys_first as (
            partition by name_id
            order by key_version desc, name_id
        )
    qualify row_number() over newest_keys_first = 1

)

select
    others.artist_key,
    others.title_key,
    min_by(others.artist_name, others.name_id) as artist,
    min_by(others.title, others.name_id) as title,
    min(others.name_id) as name_id,
from newest_names as named
inner join newest_names as others
    on
        named.kind = others.kind
        and named.artist_loose_key = others.artist_loose_key
        and named.title_loose_key is not distinct from others.title_loose_key
where named.name_id = $name_id
group by others.artist_key, others.title_key
order by min(others.name_id)
