-- What the listener had said of an artist, and of others with its tags, before the instant.
--
-- Of each artist the last word counts; one that was taken back is none.
--
-- grain:  listener_id, cutoff_at, artist_id
-- cutoff: cutoff_at

{% from 'macros.sql' import exact_sum %}

with

last_words as (

    select
        dim_taste_cutoffs.listener_id,
        dim_taste_cutoffs.cutoff_at,
        fct_artist_feedback.artist_id,
        fct_artist_feedback.score,
    from core.dim_taste_cutoffs
    inner join core.fct_artist_feedback
        on
            dim_taste_cutoffs.listener_id = fct_artist_feedback.listener_id
            and dim_taste_cutoffs.cutoff_at > fct_artist_feedback.given_at
    window
        latest_first as (
            partition by
                dim_taste_cutoffs.listener_id,
                dim_taste_cutoffs.cutoff_at,
                fct_artist_feedback.artist_id
            order by fct_artist_feedback.given_at desc, fct_artist_feedback.artist_id
        )
    qualify row_number() over latest_first = 1

),

tag_words as (

    select
        last_words.listener_id,
        last_words.cutoff_at,
        fct_artist_tag_weights.tag,
        {{ exact_sum('last_words.score * fct_artist_tag_weights.tf_idf') }} as score,
    from last_words
    inner join core.fct_artist_tag_weights using (artist_id)
    group by last_words.listener_id, last_words.cutoff_at, fct_artist_tag_weights.tag

),

of_likes as (

    select
        tag_words.listener_id,
        tag_words.cutoff_at,
        fct_artist_tag_weights.artist_id,
        {{ exact_sum('tag_words.score * fct_artist_tag_weights.tf_idf') }} as score,
    from tag_words
    inner join core.fct_artist_tag_weights using (tag)
    group by tag_words.listener_id, tag_words.cutoff_at, fct_artist_tag_weights.artist_id

)

select
    fct_taste_candidates.listener_id,
    fct_taste_candidates.cutoff_at,
    fct_taste_candidates.artist_id,  -- one that was heard, or is to be found
    -- Nothing said is neither.
    coalesce(last_words.score, 0) as feedback_count,     -- 1: up, -1: down
    coalesce(of_likes.score, 0e0) as feedback_tag_ratio, -- up minus down of artists with its tags
from core.fct_taste_candidates
left join last_words using (listener_id, cutoff_at, artist_id)
left join of_likes
    on
        fct_taste_candidates.listener_id = of_likes.listener_id
        and fct_taste_candidates.cutoff_at = of_likes.cutoff_at
        and fct_taste_candidates.artist_id = of_likes.artist_id
