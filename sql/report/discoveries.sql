-- Artists for a listener to find, by one engine, with what was asked left out.
--
-- At most $most_of_a_tag of a main tag, so that a list is not all of a kind. $is_exploring: neither
-- the five tags most heard nor what everybody knows come first. $bridge: only artists that have two
-- tags which the listener goes between. $engine, $is_new, $excluded (strict keys), $most.

with

main_tags as (

    select
        tag,
        row_number() over most_first as tag_place,
    from marts.taste_profile
    where listener_id = $listener_id
    window
        most_first as (order by share desc, tag)

),

bridges as (

    select
        fct_artist_tag_weights.artist_id,
        max_by(taste_transitions.tag, taste_transitions.lift * taste_transitions.steps_count)
            as bridge_from,
        max_by(taste_transitions.next_tag, taste_transitions.lift * taste_transitions.steps_count)
            as bridge_to,
        max(taste_transitions.lift * fct_artist_tag_weights.weight * next_weights.weight)
            as bridge_score,
    from marts.taste_transitions
    inner join core.fct_artist_tag_weights using (tag)
    inner join core.fct_artist_tag_weights as next_weights
        on
            fct_artist_tag_weights.artist_id = next_weights.artist_id
            and taste_transitions.next_tag = next_weights.tag
    where
        taste_transitions.listener_id = $listener_id
        and taste_transitions.tag <> taste_transitions.next_tag
        and taste_transitions.steps_count >= 3
        and fct_artist_tag_weights.weight >= 0.2
        and next_weights.weight >= 0.2
    group by fct_artist_tag_weights.artist_id

),

scored as (

    select
        discoveries.*,
        bridges.bridge_from,
        bridges.bridge_to,
        case $engine
            when 'blend' then discoveries.probability
            when 'tag_similarity' then discoveries.tag_similarity_ratio
            when 'more_of_the_same' then discoveries.recent_tag_similarity_ratio
            when 'neighbours' then discoveries.neighbour_ratio
            when 'endorsement_similarity' then discoveries.endorsement_similarity
            when 'popularity' then discoveries.users_count
        end * case
            when $is_exploring then ln(2 + (max(discoveries.users_count) over of_all)
                / (1e0 + discoveries.users_count))
            else 1
        end * case when $is_bridge then bridges.bridge_score else 1 end as asked_score,
    from marts.discoveries
    inner join core.dim_artists using (artist_id)
    left join bridges
        on discoveries.artist_id = bridges.artist_id
    left join main_tags
        on discoveries.main_tag = main_tags.tag
    where
        discoveries.listener_id = $listener_id
        and (discoveries.is_new or not $is_new)
        and not list_contains($excluded, dim_artists.artist_key)
        and not ($is_exploring and coalesce(main_tags.tag_place <= 5, false)) -- most have none
        and (bridges.artist_id is not null or not $is_bridge)
    window
        of_all as (partition by discoveries.listener_id)

),

capped as (

    select
        *,
        row_number() over of_a_tag as tag_place,
    from scored
    where asked_score > 0
    window
        of_a_tag as (
            partition by main_tag
            order by asked_score desc, artist_id
        )

)

select
    *,
from capped
where tag_place <= $most_of_a_tag
order by asked_score desc, artist_id
limit $most
