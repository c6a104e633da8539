-- How well the tags of an artist match a listener's taste at each instant.
--
-- Over 80 lines: two profiles of one listener, and one choice of artists by both.
--
-- Kept are the artists heard in the year before, those that other people's plays name, and of the
-- others the best 100 by either measure.
--
-- grain: listener_id, cutoff_at, artist_id
-- audit: tag_similarity between 0 and 1.000001e0

{% from 'macros.sql' import exact_sum, ratio %}

with

heard as (

    select
        listener_id,
        cutoff_at,
        artist_id,
    from core.fct_taste_artists
    where year_plays > 0

),

-- The 13 weeks before: what more of the same would be.
recent_pulls as (

    select
        fct_taste_artists.listener_id,
        fct_taste_artists.cutoff_at,
        fct_artist_tag_weights.tag,
        {{ exact_sum(
            'sqrt(fct_taste_artists.recent_plays) * fct_artist_tag_weights.tf_idf'
        ) }} as pull,
    from core.fct_taste_artists
    inner join core.fct_artist_tag_weights using (artist_id)
    where fct_taste_artists.recent_plays > 0
    group by
        fct_taste_artists.listener_id,
        fct_taste_artists.cutoff_at,
        fct_artist_tag_weights.tag

),

recent_tags as (

    select
        listener_id,
        cutoff_at,
        tag,
        {{ ratio('pull', 'sqrt(%s)' % exact_sum('pull * pull', 'of_instant')) }} as recent_profile,
    from recent_pulls
    window
        of_instant as (partition by listener_id, cutoff_at)

),

matched as (

    select
        fct_taste_tags.listener_id,
        fct_taste_tags.cutoff_at,
        fct_artist_tag_weights.artist_id,
        {{ exact_sum('fct_taste_tags.profile * fct_artist_tag_weights.tf_idf') }}
            as tag_similarity,
        -- A tag that was not heard lately has no part in it.
        {{ exact_sum(
            'coalesce(recent_tags.recent_profile, 0e0) * fct_artist_tag_weights.tf_idf'
        ) }} as recent_tag_similarity,
        {{ exact_sum('1e2 * fct_taste_tags.share_90d * fct_artist_tag_weights.weight') }}
            as tag_share,
    from core.fct_taste_tags
    inner join core.fct_artist_tag_weights using (tag)
    left join recent_tags
        on
            fct_taste_tags.listener_id = recent_tags.listener_id
            and fct_taste_tags.cutoff_at = recent_tags.cutoff_at
            and fct_taste_tags.tag = recent_tags.tag
    group by
        fct_taste_tags.listener_id,
        fct_taste_tags.cutoff_at,
        fct_artist_tag_weights.artist_id

),

named as (

    select
        listener_id,
        cutoff_at,
        artist_id,
    from core.fct_neighbour_matches
    union all
    select
        listener_id,
        cutoff_at,
        artist_id,
    from core.fct_endorsed_artists

),

named_once as (

    select
        listener_id,
        cutoff_at,
        artist_id,
        true as is_named,
    from named
    group by listener_id, cutoff_at, artist_id

),

placed as (

    select
        matched.*,
        heard.artist_id is not null as is_heard,
        named_once.is_named,
        row_number() over best_first as place,
        row_number() over recent_first as recent_place,
    from matched
    left join heard using (listener_id, cutoff_at, artist_id)
    left join named_once
        on
            matched.listener_id = named_once.listener_id
            and matched.cutoff_at = named_once.cutoff_at
            and matched.artist_id = named_once.artist_id
    window
        best_first as (
            partition by
                matched.listener_id, matched.cutoff_at, heard.artist_id is not null
            order by matched.tag_similarity desc, matched.artist_id
        ),
        recent_first as (
            partition by
                matched.listener_id, matched.cutoff_at, heard.artist_id is not null
            order by matched.recent_tag_similarity desc, matched.artist_id
        )

)

select
    listener_id,
    cutoff_at,
    artist_id,
    is_heard,               -- in the year before
    tag_similarity,         -- cosine of its tags and the profile; rare tags weigh more
    recent_tag_similarity,  -- likewise with what was heard in the last 13 weeks alone
    tag_share,              -- weights of its tags times their shares of the plays, in percent
from placed
where is_heard or is_named or place <= 100 or recent_place <= 100
