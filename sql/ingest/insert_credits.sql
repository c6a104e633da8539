-- Spellings of artists that only credits name, then the credits that are not there yet.
insert into raw.names by name
select
    unnest(
        from_json(
            $spellings,
            '[{
                "name_id": "integer",
                "kind": "varchar",
                "artist_name": "varchar",
                "artist_key": "varchar",
                "artist_loose_key": "varchar",
                "key_version": "smallint"
            }]'
        ),
        recursive := true
    );

insert into raw.credits by name
with

credited as (

    select
        unnest(
            from_json(
                $credited,
                '[{
                    "track_name_id": "integer",
                    "artist_name": "varchar",
                    "position": "integer",
                    "is_guest": "boolean",
                    "stated_by": "varchar"
                }]'
            ),
            recursive := true
        ),

),

artists as (

    select
        artist_name,
        min(name_id) as artist_name_id,
    from raw.names
    where kind = 'artist'
    group by artist_name

)

select distinct
    credited.track_name_id,
    artists.artist_name_id,
    credited.position,
    credited.is_guest,
    credited.stated_by,
from credited
inner join artists using (artist_name)
anti join raw.credits
    on
        credited.track_name_id = credits.track_name_id
        and artists.artist_name_id = credits.artist_name_id
        and credited.position = credits.position
        and credited.is_guest = credits.is_guest
        and credited.stated_by = credits.stated_by
order by all
