{# What the models of taste share: half-lives, the grid of instants, and how tags are compared. #}

{# Days after which a play counts half. The profile begins with 90 (SYSTEMS D.2); which of them
   foresees a listener best is fitted. #}
{% set half_lives = [30, 90, 180, 365, 730] %}

{# Days from one instant of the grid to the next: 13 weeks, the window of the label (D-B6). #}
{% set period_days = 91 %}

{# Without blanks and signs: what is left of 'hip-hop', 'hip hop' and 'Hip_Hop' is the same. #}
{% macro squeezed(text) -%}
regexp_replace({{ text }}, '[ _./''-]+', '', 'g')
{%- endmacro %}

{# What is left of a play after some days. #}
{% macro decayed(days, half_life) -%}
pow(2e0, -({{ days }}) / {{ half_life }}e0)
{%- endmacro %}
