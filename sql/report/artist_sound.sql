-- What the catalogues say of the sound of the artists here: a row an artist and catalogue.

select
    audio_features.feature_source as catalogue,
    {% for name in numbers %}
    avg(audio_features.{{ name }}) as {{ name }},
    {% endfor %}
from raw.audio_features
inner join core.dim_artist_aliases using (artist_name_id)
group by audio_features.feature_source, dim_artist_aliases.artist_id
order by audio_features.feature_source, dim_artist_aliases.artist_id
