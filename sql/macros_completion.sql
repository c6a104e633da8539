{# The scores of songs by how plays of them end: the formulas of system B (SYSTEMS B.5). #}

{% from 'macros.sql' import ratio %}

{# Plays that the artist's other songs count for. #}
{% set prior_plays = '8e0' %}

{# A track's rate drawn to its artist's: as if that many more plays had gone as usual there. #}
{% macro bayesian_rate(plays, rate, prior) -%}
{{ ratio('%s * %s + %s * %s' % (plays, rate, prior_plays, prior), '%s + %s' % (plays, prior_plays)) }}
{%- endmacro %}

{# How likely a song is to be played to its end when resumed, less where little is known of it. #}
{% macro resume_score(predicted, bayesian, prior, plays) -%}
(0.45e0 * {{ predicted }} + 0.35e0 * {{ bayesian }} + 0.2e0 * {{ prior }})
    * (0.65e0 + 0.35e0 * {{ ratio(plays, '%s + %s' % (plays, prior_plays)) }})
{%- endmacro %}

{# The same score for a song of a favourite artist. #}
{% macro favorite_score(score) -%}
least(1e0, {{ score }} + 0.06e0)
{%- endmacro %}

{# 0 to 1: how much an artist is played, against the one played most. #}
{% macro popularity_share(plays, most_plays) -%}
{{ ratio('ln(1e0 + greatest(0, %s))' % plays, 'ln(1e0 + greatest(0, %s))' % most_plays) }}
{%- endmacro %}

{# For a song never played: all that is known is its artist. #}
{% macro cold_start_score(rate, popularity) -%}
0.7e0 * {{ rate }} + 0.3e0 * {{ popularity }}
{%- endmacro %}
