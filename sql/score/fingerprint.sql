-- The sha256 over the rows of a training mart, whatever their order.

with

digests as (

    select
        md5(cast(training_week_favorite as varchar)) as digest,
    from marts.training_week_favorite

)

select
    sha256(coalesce(string_agg(digest, '' order by digest), '')) as data_sha256, -- '' when empty
from digests
