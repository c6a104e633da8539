{# The statements that every kind of record needs; sql/ingest/kinds/ says its columns and rules. #}

{# Rules that a record must meet: each reason with when it is given, the first that holds counts.
   What the reader gave up keeps its reason. #}
{% macro reject(rules, record='record') -%}
update temp.incoming
set
    reason = case
{% for reason, is_broken in rules.items() %}
        when {{ is_broken }} then '{{ reason }}'
{% endfor %}
    end,
    record = {{ record }},
where
    reason is null
    and (
        {{ rules.values() | join('\n        or ') }}
    )
{%- endmacro %}

{# A key has the value that it was first given with, in raw or above in the file; another one is a
   fault. What raw holds stands behind `from` in the caller's block. #}
{% macro reject_contradictions(key, value, reason, stored_value='') -%}
with

stated as (

    select
        {{ key | join(',\n        ') }},
        {{ value }},
        line,
    from temp.incoming
    where reason is null
    union all
    select
        {{ key | join(',\n        ') }},
        {{ stored_value or value }} as {{ value }},
        -1 as line,
    from {{ caller() | indent }}
),

settled as (

    select
        {{ key | join(',\n        ') }},
        min_by({{ value }}, line) as {{ value }},
    from stated
    group by {{ key | join(', ') }}

)

update temp.incoming
set
    reason = '{{ reason }}',
from settled
where
    incoming.reason is null
{% for column in key %}
    and incoming.{{ column }} = settled.{{ column }}
{% endfor %}
    and incoming.{{ value }} != settled.{{ value }}
{%- endmacro %}

{# The accepted records, each with integers for what it is of and for its listener. #}
{% set is_name_of = {
    'artist': 'incoming.artist = names.artist_name',
    'album': 'incoming.artist is not distinct from names.artist_name
        and incoming.album = names.title',
    'track': 'incoming.artist = names.artist_name
        and incoming.track = names.title',
} %}
{% macro named(kind='', has_listener=false) -%}
create or replace temp table named as
select
    incoming.*,
{% if has_listener %}
    listeners.listener_id,
{% endif %}
{% if kind %}
    names.name_id as {{ kind }}_name_id,
    names.artist_key,
{% endif %}
from temp.incoming
{% if has_listener %}
inner join raw.listeners on coalesce(incoming.listener, $listener) = listeners.listener
{% endif %}
{% if kind %}
inner join raw.names
    on
        names.kind = '{{ kind }}'
        and {{ is_name_of[kind] }}
        and names.key_version = $key_version
{% endif %}
where incoming.reason is null
{%- endmacro %}

{# Which of the records in temp.named are new: those whose key raw does not hold, equal ones once.
   With a subject, all that a file says of it is known, or all of it is kept anew. What raw holds
   stands behind `from` in the caller's block. #}
{% macro judge(key, carried=[], subject=[], table='judged') -%}
create or replace temp table {{ table }} as
with

stored as (

    select distinct
        {{ key | join(',\n        ') }},
        true as is_stored,
    from {{ caller() | indent }}
),

compared as (

    select
        named.line,
        named.{{ (key + carried) | join(',\n        named.') }},
        -- Not among the stored is new.
        coalesce(stored.is_stored, false) as is_stored,
    from temp.named
    left join stored
        on
{% for column in key %}
            {{ '' if loop.first else 'and ' }}named.{{ column }} is not distinct from stored.{{ column }}
{% endfor %}

),

counted as (

    select
        *,
        bool_and(is_stored) over of_subject as is_nothing_new,
        row_number() over equal_records as copy,
    from compared
    window
        of_subject as (partition by {{ (subject or key) | join(', ') }}),
        equal_records as (
            partition by {{ key | join(', ') }}
            order by line
        )

)

select
    if(is_nothing_new or copy > 1, 'known', 'kept') as verdict,
    line,
    {{ (key + carried) | join(',\n    ') }},
from counted
{%- endmacro %}

{# The new records into raw. #}
{% macro insert_kept(table, columns, order=['line']) -%}
insert into {{ table }} by name
select
    {{ columns | join(',\n    ') }},
    $source as source,
    $import_id as import_id,
    line,
from temp.judged
where verdict = 'kept'
order by {{ order | join(', ') }}
{%- endmacro %}

{# New genres of artists, one row each; tags and their keys are lines of text within. `subject` is
   the column that says whose they are, `of` its value; the records stand behind `from` in the
   caller's block. #}
{% macro insert_tags(subject, of, source='$source') -%}
insert into raw.artist_tags by name
with

spelled as (

    select
        {{ of }} as {{ subject }},
        {{ source }} as source,
        incoming.line,
        unnest(string_split(incoming.tag, chr(10))) as tag,
        unnest(string_split(incoming.tag_key, chr(10))) as tag_key,
    from {{ caller() | indent }}
)

select
    spelled.{{ subject }},
    spelled.tag_key,
    min_by(spelled.tag, spelled.line) as tag,
    spelled.source,
    $now as fetched_at,
    $import_id as import_id,
    min(spelled.line) as line,
from spelled
anti join raw.artist_tags using ({{ subject }}, tag_key, source)
group by spelled.{{ subject }}, spelled.tag_key, spelled.source
order by line, spelled.tag_key
{%- endmacro %}

{# The family of a player and its form; what else a platform says is of a person's device. #}
{% macro platform_of(text) -%}
case
        when regexp_matches({{ text }}, '(?i)^not_applicable') then 'not_applicable'
        when regexp_matches({{ text }}, '(?i)web_?player') then 'web_player'
        when regexp_matches({{ text }}, '(?i)cast|sonos|speaker|echo|amazon|home_?pod')
            then 'cast speaker'
        when
            regexp_matches(
                {{ text }},
                '(?i)tizen|webos|_tv|tvos|roku|playstation|^ps[345]|xbox|scei|bravia'
            )
            then 'smart_tv'
        when regexp_matches({{ text }}, '(?i)^partner') then 'cast speaker'
        else nullif(concat_ws(
            ' ',
            case
                when regexp_matches({{ text }}, '(?i)^(ios|watchos)|i(phone|pad|pod)\b')
                    then 'ios'
                when regexp_matches({{ text }}, '(?i)android') then 'android'
                when regexp_matches({{ text }}, '(?i)^(os ?x|mac|darwin)') then 'osx'
                when regexp_matches({{ text }}, '(?i)^windows') then 'windows'
                when regexp_matches({{ text }}, '(?i)linux') then 'linux'
                when trim({{ text }}) != '' then 'unknown'
            end,
            case
                when regexp_matches({{ text }}, '(?i)ipad|tablet') then 'tablet'
                when regexp_matches({{ text }}, '(?i)watch') then 'watch'
                when regexp_matches({{ text }}, '(?i)carplay|android_?auto|automotive') then 'car'
                when regexp_matches({{ text }}, '(?i)iphone') then 'phone'
            end
        ), '')
    end
{%- endmacro %}

{# A word of a service, such as trackdone or NATURAL_END_OF_TRACK; other texts could be of a person. #}
{% macro word_of(text) -%}
nullif(regexp_extract({{ text }}, '^[A-Za-z]{1,20}([_-][A-Za-z]{1,20}){0,5}$'), '')
{%- endmacro %}

{# A country's two letters. #}
{% macro country_of(text) -%}
nullif(regexp_extract(upper(trim({{ text }})), '^[A-Z]{2}$'), '')
{%- endmacro %}

{# An id of MusicBrainz. #}
{% macro mbid_of(text) -%}
nullif(regexp_extract(lower(trim({{ text }})), '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'), '')
{%- endmacro %}

{# What a record says of its play beside the key, from temp.incoming and temp.platforms. #}
{% macro facts_of_play() -%}
    -- Last.fm and most others stamp the start.
    coalesce(incoming.time_kind, 'start') as time_kind,
    incoming.time_precision,
    {{ mbid_of('incoming.track_mbid') }} as track_mbid,
    {{ mbid_of('incoming.artist_mbid') }} as artist_mbid,
    incoming.payload,
    -- Most sources know nothing but songs.
    coalesce(incoming.content_type, 'track') as content_type,
    incoming.ms_played,
    incoming.duration_ms,
    incoming.skipped,
    {{ word_of('incoming.reason_start') }} as reason_start,
    {{ word_of('incoming.reason_end') }} as reason_end,
    platforms.platform,
    {{ country_of('incoming.country') }} as country,
    incoming.is_shuffle,
    incoming.is_offline,
    incoming.is_private,
    incoming.offline_at,
    incoming.spotify_track_id,
{%- endmacro %}
