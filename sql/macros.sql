{# A few spellings that mean the same on DuckDB and on Spark; ENGINES 3 says what they avoid. #}

{# Share or rate as a double; null where the divisor is 0 or null. #}
{% macro ratio(part, whole) -%}
cast({{ part }} as double) / nullif(cast({{ whole }} as double), 0e0)
{%- endmacro %}

{# A UTC time as the wall clock of a zone. #}
{% macro to_local(utc, zone) -%}
({{ utc }} at time zone 'UTC') at time zone {{ zone }}
{%- endmacro %}

{# 0 = Sunday … 6 = Saturday, for a date. #}
{% macro weekday(day) -%}
(date_diff('day', date '1900-01-07', {{ day }}) % 7)
{%- endmacro %}

{# The date on which the week of a local date ends. #}
{% macro week_ending(day, week_ends_on) -%}
({{ day }} + cast((7 + {{ week_ends_on }} - {{ weekday(day) }}) % 7 as integer))
{%- endmacro %}

{# Weeks count from 1900 in whole sevens; equal for all weeks that end on the same weekday. #}
{% macro week_number(week_ending) -%}
(date_diff('day', date '1900-01-07', {{ week_ending }}) // 7)
{%- endmacro %}

{# Days from one time to another as a double, to the microsecond. #}
{% macro days_between(earlier, later) -%}
cast(date_diff('microsecond', {{ earlier }}, {{ later }}) as double) / 86400000000e0
{%- endmacro %}

{# A first guess at the UTC time of a wall clock: off by an hour around a change of clocks. #}
{% macro near_utc(local, guess, zone) -%}
({{ local }} - ({{ to_local(guess, zone) }} - {{ guess }}))
{%- endmacro %}

{# Letters to change to make one text of the other. DuckDB counts bytes, Spark letters: equal for
   ASCII; for other letters both count the bytes by their halves. #}
{% macro edits(one, other) -%}
case
    when regexp_matches({{ one }} || {{ other }}, '^[ -~]*$') then levenshtein({{ one }}, {{ other }})
    else (levenshtein(hex({{ one }}), hex({{ other }})) + 1) // 2
end
{%- endmacro %}
