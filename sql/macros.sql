{# A few spellings that mean the same on DuckDB and on Spark; ENGINES 3 says what they avoid. #}

{# Share or rate as a double; null where the divisor is 0 or null. #}
{% macro ratio(part, whole) -%}
cast({{ part }} as double) / nullif(cast({{ whole }} as double), 0e0)
{%- endmacro %}

{# A sum of doubles which no order of the rows changes: of decimals, which add up exactly. #}
{% macro exact_sum(term, over='', digits=20) -%}
cast(sum(cast({{ term }} as decimal(38, {{ digits }}))){{ ' over ' ~ over if over }} as double)
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

{# A loose key without the words that only join names or begin them, and without blanks. #}
{% macro bare_name(key) -%}
coalesce(
    nullif(
        replace(
            regexp_replace(
                ' ' || replace({{ key }}, ' ', '  ') || ' ',
                ' (the|and|und|et|feat|ft|featuring) ',
                '',
                'g'
            ),
            ' ',
            ''
        ),
        ''
    ),
    {{ key }}
)
{%- endmacro %}

{# Whether two bare names are one but for a letter in eight. #}
{% macro is_alike(one, other) -%}
({{ one }} = {{ other }}
    or ({{ edits(one, other) }}) * 8 <= least(length({{ one }}), length({{ other }})))
{%- endmacro %}

{# Seconds between the starts of two plays; a play to the minute is anywhere within it. #}
{% macro seconds_apart(one, other) -%}
greatest(
    0e0,
    cast(date_diff('microsecond', {{ one }}.played_at, {{ other }}.played_at) as double) / 1000000e0
        - case when {{ one }}.time_precision = 'minute' then 59e0 else 0e0 end,
    cast(date_diff('microsecond', {{ other }}.played_at, {{ one }}.played_at) as double) / 1000000e0
        - case when {{ other }}.time_precision = 'minute' then 59e0 else 0e0 end
)
{%- endmacro %}

{# Whether a record counts as a play by each service's rule. What a source does not say (the length
   heard, the end) speaks for the play: it was reported as one. Columns: ms_played, reason_end,
   is_skipped, is_private, duration_ms. #}
{% set counting_rules = ['default', 'all', 'lastfm', 'listenbrainz', 'koito', 'maloja',
    'your_spotify', '30s', 'trackdone'] %}
{% macro counts_by(rule) -%}
{%- set not_private = 'coalesce(not is_private, true)' -%}
{%- set half_a_minute = 'coalesce(ms_played >= 30000, true)' -%}
{%- if rule == 'all' -%}
true
{%- elif rule in ('koito', 'trackdone') -%}
coalesce(reason_end = 'trackdone', true)
{%- elif rule in ('maloja', 'your_spotify', '30s') -%}
{{ half_a_minute }}
{%- elif rule == 'lastfm' -%}
(coalesce(duration_ms > 30000, true)
    and coalesce(ms_played >= duration_ms // 2 or ms_played >= 240000, true)
    and coalesce(duration_ms is not null or ms_played >= 240000 or reason_end = 'trackdone', true))
{%- elif rule == 'listenbrainz' -%}
({{ not_private }} and ({{ half_a_minute }}
    or not (coalesce(is_skipped, false)
        or coalesce(reason_end in ('fwdbtn', 'backbtn', 'clickrow', 'trackerror'), false))))
{%- else -%}
({{ half_a_minute }} and {{ not_private }})
{%- endif -%}
{%- endmacro %}

{# Whether a platform, by its own text or by its family, is in a list with commas all around. #}
{% macro is_listed(platform, family, list) -%}
(contains({{ list }}, ',' || {{ platform }} || ',') or contains({{ list }}, ',' || {{ family }} || ','))
{%- endmacro %}
