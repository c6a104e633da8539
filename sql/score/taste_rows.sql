-- The rows of taste of one listener, in the order of time, with the tags of each artist.
--
-- $listener_id; $kind: liked (artists heard in the year before) or found (others that a public
-- data set has or that were heard long ago: a list of genres may have one for a later play).

with

tags as (

    select
        artist_id,
        string_agg(tag, '|' order by tag) as tags,
    from core.fct_artist_tag_weights
    group by artist_id

),

found as (

    select
        cutoff_at,
        count(*) as found_count,
    from core.fct_taste_labels
    where listener_id = $listener_id and is_found
    group by cutoff_at

),

most as (

    select
        max(users_count) as most_users,
    from core.fct_taste_candidates

)

select
    training_taste.*,
    coalesce(tags.tags, '') as tags,               -- without tags, none
    case when $kind = 'found' then coalesce(found.found_count, 0) else 0 end as found_count, -- none
    coalesce(most.most_users, 0) as most_users,    -- no public data set
from marts.training_taste
cross join most
left join tags using (artist_id)
left join found
    on training_taste.cutoff_at = found.cutoff_at
where
    training_taste.listener_id = $listener_id
    and case
        when $kind = 'liked' then training_taste.is_heard
        else not training_taste.is_heard
            and (training_taste.is_public or training_taste.is_ever_heard)
    end
order by training_taste.cutoff_at, training_taste.artist_id
