-- The proposals nobody has decided, with what speaks for and against them.
with

heard as (

    select
        dim_track_aliases.artist_loose_key,
        dim_track_aliases.track_loose_key,
        fct_plays.source,
        count(*) as plays,
    from core.fct_plays
    inner join core.dim_track_aliases using (track_name_id)
    group by
        dim_track_aliases.artist_loose_key,
        dim_track_aliases.track_loose_key,
        fct_plays.source

),

sides as (

    select
        proposal_id,
        kind,
        name_id,
        false as is_target,
    from raw.match_proposals
    where decision is null
    union all
    select
        proposal_id,
        kind,
        target_name_id as name_id,
        true as is_target,
    from raw.match_proposals
    where decision is null

),

named as (

    select
        sides.proposal_id,
        sides.kind,
        sides.is_target,
        stg_names.artist_name,
        stg_names.title,
        stg_names.artist_loose_key,
        stg_names.title_loose_key,
        -- Only one of them is there, by kind.
        coalesce(dim_track_aliases.track_id, dim_artist_aliases.artist_id) as identity_id,
    from sides
    inner join staging.stg_names using (name_id)
    left join core.dim_artist_aliases on sides.name_id = dim_artist_aliases.artist_name_id
    left join core.dim_track_aliases on sides.name_id = dim_track_aliases.track_name_id

),

evidence as (

    select
        named.proposal_id,
        named.is_target,
        coalesce(sum(heard.plays), 0) as plays,
        list_sort(list(distinct heard.source) filter (where heard.source is not null)) as sources,
        list(distinct heard.track_loose_key)
            filter (where heard.track_loose_key is not null) as titles,
    from named
    left join heard
        on
            named.artist_loose_key = heard.artist_loose_key
            and (named.kind = 'artist' or named.title_loose_key = heard.track_loose_key)
    group by named.proposal_id, named.is_target

)

select
    match_proposals.proposal_id,
    match_proposals.kind,
    match_proposals.score,
    match_proposals.method,
    subject.artist_name as artist,
    subject.title,
    target.artist_name as target_artist,
    target.title as target_title,
    subject_evidence.plays,
    target_evidence.plays as target_plays,
    coalesce(subject_evidence.sources, []) as sources,
    coalesce(target_evidence.sources, []) as target_sources,
    case
        when match_proposals.kind = 'artist'
            then coalesce(
                len(list_intersect(subject_evidence.titles, target_evidence.titles)), 0
            )
    end as common_tracks,
from raw.match_proposals
inner join named as subject
    on match_proposals.proposal_id = subject.proposal_id and not subject.is_target
inner join named as target
    on match_proposals.proposal_id = target.proposal_id and target.is_target
inner join evidence as subject_evidence
    on match_proposals.proposal_id = subject_evidence.proposal_id
    and not subject_evidence.is_target
inner join evidence as target_evidence
    on match_proposals.proposal_id = target_evidence.proposal_id and target_evidence.is_target
-- A rule, or an id that came later, may have made them one.
where subject.identity_id is distinct from target.identity_id
order by match_proposals.score desc, match_proposals.proposal_id
