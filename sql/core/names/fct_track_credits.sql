-- Every artist that a track credits: the first, those named beside it, and guests.
--
-- A comma or "&" in a name makes no artists: several are credited where a service lists them or the
-- text says "feat.".
--
-- Over 80 lines: who states what, and who leads where the statements differ.
--
-- grain: track_id, artist_id
-- audit: credit_position >= 1
-- audit: credit_role in ('main', 'joint', 'guest')

with

-- Records under different credits that are of one play tell each other's artists.
told_together as (

    select distinct
        kept.track_id,
        other.track_id as told_track_id,
    from core.fct_credit_matches
    inner join core.fct_reported_plays as kept
        on fct_credit_matches.kept_play_id = kept.play_id
    inner join core.fct_reported_plays as other
        on fct_credit_matches.play_id = other.play_id

),

stated as (

    select
        dim_track_aliases.track_id,
        dim_artist_aliases.artist_id,
        stg_credits.credit_position,
        stg_credits.is_guest,
    from staging.stg_credits
    inner join core.dim_track_aliases using (track_name_id)
    inner join core.dim_artist_aliases
        on stg_credits.artist_name_id = dim_artist_aliases.artist_name_id

),

of_track as (

    select
        track_id,
        artist_id,
        credit_position,
        is_guest,
    from stated
    union all
    select
        told_together.track_id,
        stated.artist_id,
        stated.credit_position,
        stated.is_guest,
    from told_together
    inner join stated
        on told_together.told_track_id = stated.track_id

),

stated_artists as (

    select
        track_id,
        artist_id,
        min(credit_position) as credit_position,
        bool_or(is_guest) as is_guest,
    from of_track
    group by track_id, artist_id

),

led as (

    select distinct
        track_id,
    from stated_artists
    where not is_guest

),

-- The artist under whose name a track is kept stands alone where nobody says more.
credited as (

    select
        track_id,
        artist_id,
        credit_position,
        is_guest,
    from stated_artists
    union all
    select
        dim_tracks.track_id,
        dim_tracks.artist_id,
        0 as credit_position,
        false as is_guest,
    from core.dim_tracks
    anti join led using (track_id)
    anti join stated_artists using (track_id, artist_id)

),

placed as (

    select
        credited.track_id,
        credited.artist_id,
        credited.is_guest,
        row_number() over in_order as credit_position,
    from credited
    inner join core.dim_tracks using (track_id)
    window
        -- Where statements differ in their order, the name under which the track is known leads.
        in_order as (
            partition by credited.track_id
            order by
                credited.is_guest,
                credited.artist_id != dim_tracks.artist_id,
                credited.credit_position,
                credited.artist_id
        )

)

select
    track_id,
    artist_id,
    credit_position,  -- 1, 2, …: the first leads
    case
        when credit_position = 1 then 'main'
        when is_guest then 'guest'
        else 'joint'
    end as credit_role,  -- main: the first; joint: named beside it; guest: "feat."
from placed
