-- Every rule with the names it is about, the ones taken back too.
with

newest_names as (

    select
        name_id,
        artist_name,
        title,
        artist_key,
        title_key,
        artist_loose_key,
        title_loose_key,
    from raw.names
    window
        newest_keys_first as (
            partition by name_id
            order by key_version desc, name_id
        )
    qualify row_number() over newest_keys_first = 1

)

select
    rules.rule_id,
    listeners.listener,
    rules.rule,
    rules.scope,
    subjects.artist_name as artist,
    subjects.title,
    targets.artist_name as target_artist,
    targets.title as target_title,
    rules.playlist,
    rules.counting,
    rules.purpose,
    rules.from_date,
    rules.to_date,
    rules.created_at,
    rules.removed_at,
    rules.name_id,
    rules.target_name_id,
    subjects.artist_key as subject_artist_key,
    subjects.title_key as subject_title_key,
    targets.artist_key as target_artist_key,
    targets.title_key as target_title_key,
    subjects.artist_loose_key as subject_artist_loose_key,
    subjects.title_loose_key as subject_title_loose_key,
    targets.artist_loose_key as target_artist_loose_key,
    targets.title_loose_key as target_title_loose_key,
    rules.play_source,
    rules.play_reported_at,
    rules.play_ordinal,
from raw.rules
left join raw.listeners using (listener_id)
left join newest_names as subjects on rules.name_id = subjects.name_id
left join newest_names as targets on rules.target_name_id = targets.name_id
order by rules.rule_id
