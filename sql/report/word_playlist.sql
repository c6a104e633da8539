-- Songs of a listener's own history for some words: kinds of music, energy, and hours of the day.
--
-- Energy is what a catalogue says of the song or its artist, as a rank within the catalogue, whose
-- scales differ; else what the artist's tags usually have. $listener_id, $tags, $least_energy and
-- $most_energy (0 to 100 or null), $hour_from and $hour_to (both included, over midnight, or null),
-- $most_by_artist, $most.

with

heard as (

    select
        track_id,
        artist_id,
        count(*) as plays,
        count(*) filter (
            where case
                when $hour_from <= $hour_to
                    then extract(hour from local_at) between $hour_from and $hour_to
                else extract(hour from local_at) >= $hour_from
                    or extract(hour from local_at) <= $hour_to
            end
        ) as plays_then,
    from core.fct_plays
    where listener_id = $listener_id and is_in_charts
    group by track_id, artist_id

),

usual as (

    select
        sum(plays_then) / sum(plays) as share,
    from heard

),

compared as (

    select
        *,
        -- As if two more plays were at the usual hours.
        (plays_then + 2 * usual.share) / (plays + 2) as share_then,
        usual.share as usual_share,
    from heard
    cross join usual

),

measured as (

    select
        track_name_id,
        artist_name_id,
        100 * percent_rank() over least_first as energy,
    from raw.audio_features
    where energy is not null
    window
        least_first as (partition by feature_source order by energy)

),

track_energies as (

    select
        dim_track_aliases.track_id,
        avg(measured.energy) as energy,
    from measured
    inner join core.dim_track_aliases using (track_name_id)
    group by dim_track_aliases.track_id

),

artist_energies as (

    select
        dim_artist_aliases.artist_id,
        avg(measured.energy) as energy,
    from measured
    inner join core.dim_artist_aliases using (artist_name_id)
    group by dim_artist_aliases.artist_id

),

tag_energies as (

    select
        fct_artist_tag_weights.artist_id,
        sum(fct_artist_tag_weights.weight * energy_tags.energy)
            / sum(fct_artist_tag_weights.weight) as energy,
    from core.fct_artist_tag_weights
    inner join {{ seed('energy_tags') }} using (tag)
    group by fct_artist_tag_weights.artist_id

),

tag_matches as (

    select
        artist_id,
        sum(weight) as tag_match,
        string_agg(tag, ', ' order by weight desc, tag) as matched,
    from core.fct_artist_tag_weights
    where list_contains($tags, tag)
    group by artist_id

),

described as (

    select
        compared.*,
        -- What is known of the song is nearer than what is known of its artist.
        coalesce(track_energies.energy, artist_energies.energy, tag_energies.energy) as energy,
        tag_matches.tag_match,
        tag_matches.matched,
    from compared
    left join track_energies using (track_id)
    left join artist_energies
        on compared.artist_id = artist_energies.artist_id
    left join tag_energies
        on compared.artist_id = tag_energies.artist_id
    left join tag_matches
        on compared.artist_id = tag_matches.artist_id

),

scored as (

    select
        *,
        ln(1 + plays)
            * case when $hour_from is null then 1 else share_then / usual_share end
            * case when len($tags) = 0 then 1 else tag_match end as score,
    from described
    where
        (len($tags) = 0 or tag_match > 0)
        and ($least_energy is null or energy between $least_energy and $most_energy)
        and ($hour_from is null or plays_then > 0)

),

capped as (

    select
        *,
        row_number() over best_of_artist as artist_place,
    from scored
    window
        best_of_artist as (partition by artist_id order by score desc, track_id)

)

select
    $listener_id as listener_id,
    row_number() over best_first as list_rank,
    capped.track_id,
    dim_tracks.artist_name,
    dim_tracks.track_name,
    capped.plays,
    capped.plays_then,
    capped.energy,
    capped.score,
    concat_ws(
        '; ',
        capped.matched,
        'energy ' || cast(round(capped.energy) as integer),
        case when $hour_from is not null then capped.plays_then || ' of ' || capped.plays
            || ' plays at these hours' end
    ) as reason,
    dim_spotify_ids.spotify_track_id,
    dim_tracks.duration_ms,
from capped
inner join core.dim_tracks using (track_id)
left join core.dim_spotify_ids
    on capped.track_id = dim_spotify_ids.track_id
where capped.artist_place <= $most_by_artist
window
    best_first as (order by capped.score desc, capped.track_id)
order by list_rank
limit $most
