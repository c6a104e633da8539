-- The pairs that were proposed before, by what proposals compare.
with

newest_names as (

    select
        name_id,
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
    match_proposals.proposal_id,
    match_proposals.kind,
    match_proposals.decision is not null as is_decided,
    dim_track_aliases.artist_id,
    coalesce(subjects.title_loose_key, subjects.artist_loose_key) as loose_key,
    coalesce(targets.title_loose_key, targets.artist_loose_key) as target_loose_key,
from raw.match_proposals
inner join newest_names as subjects on match_proposals.name_id = subjects.name_id
inner join newest_names as targets on match_proposals.target_name_id = targets.name_id
left join core.dim_track_aliases on match_proposals.name_id = dim_track_aliases.track_name_id
order by match_proposals.proposal_id
