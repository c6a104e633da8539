{# Whether any of some words is a whole word of a text that has blanks all around its words. #}
{% macro has_word(text, words) -%}
(
{%- for word in words %}
contains({{ text }}, ' {{ word }} '){{ '' if loop.last else ' or ' }}
{%- endfor -%}
)
{%- endmacro %}
