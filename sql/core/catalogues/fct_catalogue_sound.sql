-- Each row of a catalogue with what of it may be believed.
--
-- grain: catalogue_row_id

with

broken as (

    select
        catalogue_row_id,
        count(*) as faults_count,
    from core.fct_catalogue_faults
    where fault_action = 'reject'
    group by catalogue_row_id

),

corrupt_loudness as (

    select
        catalogue,
        least_value,
        most_value,
        is_set_aside_column,
    from core.fct_catalogue_columns
    where field = 'loudness'

)

select
    fct_catalogue_rows.catalogue_row_id,
    fct_catalogue_rows.catalogue,
    broken.faults_count is null as is_sound_row, -- no value of it breaks the contract
    fct_catalogue_rows.release_year,
    fct_catalogue_rows.duration_ms,
    fct_catalogue_rows.artist_popularity,
    fct_catalogue_rows.genre_keys,
    fct_catalogue_rows.danceability,
    fct_catalogue_rows.energy,
    fct_catalogue_rows.key,
    case
        when
            not corrupt_loudness.is_set_aside_column
            and fct_catalogue_rows.loudness >= corrupt_loudness.least_value
            and fct_catalogue_rows.loudness <= corrupt_loudness.most_value
            then fct_catalogue_rows.loudness
    end as loudness,
    fct_catalogue_rows.mode,
    fct_catalogue_rows.speechiness,
    fct_catalogue_rows.acousticness,
    fct_catalogue_rows.instrumentalness,
    fct_catalogue_rows.liveness,
    fct_catalogue_rows.valence,
    fct_catalogue_rows.tempo,
from core.fct_catalogue_rows
inner join corrupt_loudness using (catalogue)
left join broken
    on fct_catalogue_rows.catalogue_row_id = broken.catalogue_row_id
