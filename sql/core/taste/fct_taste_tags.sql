-- The taste of a listener at each instant as tags: what was heard, spread over the artists' tags.
--
-- A play counts for the tags of its artist by their weight. Also what a tag's rarity makes of it:
-- the vector that artists are compared with; the square root keeps the most played from being all.
--
-- grain: listener_id, cutoff_at, tag
-- audit: share_90d between 0 and 1.000001e0
-- audit: profile between 0 and 1.000001e0

{% from 'macros.sql' import exact_sum, ratio %}
{% from 'macros_taste.sql' import half_lives %}

with

artist_totals as (

    select
        artist_id,
        {{ exact_sum('weight') }} as weight,
    from core.fct_artist_tag_weights
    group by artist_id

),

spread as (

    select
        fct_taste_artists.listener_id,
        fct_taste_artists.cutoff_at,
        fct_artist_tag_weights.tag,
        count(*) as artists_count,
        {% for half_life in half_lives %}
        {{ exact_sum(
            'fct_taste_artists.decayed_%sd_plays * %s' % (
                half_life, ratio('fct_artist_tag_weights.weight', 'artist_totals.weight')
            ),
            digits=30,
        ) }} as plays_{{ half_life }}d,
        {% endfor %}
        {{ exact_sum(
            'sqrt(fct_taste_artists.decayed_90d_plays) * fct_artist_tag_weights.tf_idf', digits=30
        ) }} as pull,
    from core.fct_taste_artists
    inner join core.fct_artist_tag_weights using (artist_id)
    inner join artist_totals
        on fct_taste_artists.artist_id = artist_totals.artist_id
    group by
        fct_taste_artists.listener_id,
        fct_taste_artists.cutoff_at,
        fct_artist_tag_weights.tag

)

select
    listener_id,
    cutoff_at,
    tag,
    artists_count,            -- artists with the tag that were heard
    {% for half_life in half_lives %}
    {{ ratio(
        'plays_%sd' % half_life,
        exact_sum('plays_%sd' % half_life, 'of_instant', digits=30),
    ) }} as share_{{ half_life }}d, -- of tagged plays, each halved after {{ half_life }} days
    {% endfor %}
    {{ ratio('pull', 'sqrt(%s)' % exact_sum('pull * pull', 'of_instant', digits=30)) }}
        as profile,           -- rare tags weigh more; the squares of an instant sum to 1
from spread
window
    of_instant as (partition by listener_id, cutoff_at)
