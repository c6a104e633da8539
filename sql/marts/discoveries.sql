-- Artists to find, as the last training ranks them, with the evidence for each.
--
-- What the listener said no to is not on the list. A tag's share is what the likeness of the tags
-- falls by when the tag is taken from the artist.
--
-- Over 80 lines: the reasons of a place stand beside it.
--
-- grain: listener_id, artist_id
-- audit: discovery_rank > 0

{% from 'macros.sql' import ratio %}

with

ranked as (

    select
        predictions.listener_id,
        predictions.artist_id,
        predictions.cutoff_at,
        predictions.score,
        predictions.probability,
        training_taste.is_ever_heard,
        training_taste.users_count,
        training_taste.tag_similarity_ratio,
        training_taste.recent_tag_similarity_ratio,
        training_taste.neighbour_ratio,
        training_taste.neighbours_count,
        training_taste.endorsement_plays,
        training_taste.endorsement_plays * training_taste.tag_match_share
            as endorsement_similarity,
    from ml.predictions
    inner join marts.training_taste using (listener_id, cutoff_at, artist_id)
    where
        predictions.predictor = 'taste'
        and predictions.task = 'found'
        and training_taste.feedback_count >= 0

),

shared_tags as (

    select
        ranked.listener_id,
        ranked.artist_id,
        fct_artist_tag_weights.tag,
        -- What is left of the cosine once the artist has its other tags alone.
        -- Of an artist with one tag nothing is left.
        1e0 - coalesce({{ ratio(
            'ranked.tag_similarity_ratio - fct_taste_tags.profile * fct_artist_tag_weights.tf_idf',
            'ranked.tag_similarity_ratio * sqrt('
            'greatest(0e0, 1e0 - pow(fct_artist_tag_weights.tf_idf, 2)))'
        ) }}, 0e0) as share,
    from ranked
    inner join core.fct_artist_tag_weights using (artist_id)
    inner join core.fct_taste_tags
        on
            ranked.listener_id = fct_taste_tags.listener_id
            and ranked.cutoff_at = fct_taste_tags.cutoff_at
            and fct_artist_tag_weights.tag = fct_taste_tags.tag
    where ranked.tag_similarity_ratio > 0e0

),

placed_tags as (

    select
        *,
        row_number() over strongest_first as place,
    from shared_tags
    where share > 0e0
    window
        strongest_first as (
            partition by listener_id, artist_id
            order by share desc, tag
        )

),

reasons as (

    select
        listener_id,
        artist_id,
        max(tag) filter (where place = 1) as first_tag,
        max(share) filter (where place = 1) as first_tag_share,
        max(tag) filter (where place = 2) as second_tag,
        max(share) filter (where place = 2) as second_tag_share,
    from placed_tags
    group by listener_id, artist_id

)

select
    ranked.listener_id,                -- whose
    ranked.artist_id,                  -- one that is to be found
    ranked.cutoff_at,                  -- UTC; what was heard before it is known
    dim_artists.artist_name,           -- the artist's name to show
    row_number() over best_first as discovery_rank, -- 1: the likeliest to be found
    ranked.probability,                -- of 5 plays or more in the next 56 days
    not ranked.is_ever_heard as is_new, -- never heard; else not for a year
    dim_artist_main_tags.main_tag,     -- what most of its tags say
    reasons.first_tag,                 -- the tag that speaks most for it
    reasons.first_tag_share,           -- what the likeness falls by without it
    reasons.second_tag,                -- the next one
    reasons.second_tag_share,          -- likewise
    ranked.neighbours_count,           -- of the 50 people most like the listener who play it
    endorsers.artist_name as endorser_name, -- the artist among the most played that it is most like
    ranked.users_count,                -- people of a public data set who played it
    ranked.tag_similarity_ratio,
    ranked.recent_tag_similarity_ratio,
    ranked.neighbour_ratio,
    ranked.endorsement_similarity,     -- plays of what it is like, times its tags
from ranked
inner join core.dim_artists using (artist_id)
left join core.dim_artist_main_tags
    on ranked.artist_id = dim_artist_main_tags.artist_id
left join reasons
    on ranked.listener_id = reasons.listener_id and ranked.artist_id = reasons.artist_id
left join core.fct_endorsed_artists
    on
        ranked.listener_id = fct_endorsed_artists.listener_id
        and ranked.cutoff_at = fct_endorsed_artists.cutoff_at
        and ranked.artist_id = fct_endorsed_artists.artist_id
left join core.dim_artists as endorsers
    on fct_endorsed_artists.endorser_id = endorsers.artist_id
window
    best_first as (
        partition by ranked.listener_id
        order by ranked.score desc, ranked.artist_id
    )
