"""The table of ENGINES 3, row by row: the construct is found, its portable spelling is not."""

from __future__ import annotations

import pytest

from sotw.pipeline.models import Model, load_models
from sotw.pipeline.portability import faults

MODELS = load_models()


def model(sql: str, path: str = "sql/core/fct_example.sql") -> Model:
    return Model(
        name="core.fct_example",
        path=path,
        sql=sql,
        description="",
        grain=("track_id",),
        cutoff="",
        audits=(),
        parents=(),
        comments={},
        columns=(),
    )


def in_select(expression: str) -> Model:
    window = "window\n    t as (partition by track_id order by week_number)"
    return model(
        f"select\n    track_id,\n    {expression} as result,\nfrom core.fct_plays\n{window}\n"
    )


# (row of ENGINES 3, construct, a word of the advice)
REFUSED = [
    ("weekday", "dayofweek(local_date)", "weekday()"),
    ("weekday", "extract(dow from played_at)", "weekday()"),
    ("weekday", "extract(isodow from local_date)", "weekday()"),
    ("weekday", "isodow(local_date)", "weekday()"),
    ("weekday", "weekday(local_date)", "weekday()"),
    ("weekday", "date_part('dow', local_date)", "extract()"),
    ("date arithmetic", "local_date + interval '1 day'", "date + integer"),
    ("date arithmetic", "week_ending - interval 7 day", "date + integer"),
    ("date arithmetic", "max(local_date) + track_id * interval '1 day'", "date + integer"),
    ("date arithmetic", "cast(played_at as date) + interval '1 day'", "date + integer"),
    ("date arithmetic", "date_add(local_date, interval 1 day)", "d + integer"),
    ("date arithmetic", "week_ending - local_date", "date_diff('day'"),
    ("date arithmetic", "generate_series(local_date, week_ending, interval '7 days')", "series"),
    ("date_diff", "date_diff('day', played_at, cutoff_at)", "cast both to date"),
    ("date_diff", "date_diff('second', played_at, cutoff_at)", "'day'"),
    ("date_diff", "date_diff('week', local_date, week_ending)", "'day'"),
    ("date_diff", "date_sub('day', local_date, week_ending)", "date_diff('day'"),
    ("epoch", "epoch(played_at)", "microsecond"),
    ("epoch", "extract(epoch from played_at)", "microsecond"),
    ("epoch parts", "epoch_us(played_at)", "microsecond"),
    ("epoch parts", "epoch_ms(played_at)", "microsecond"),
    ("epoch parts", "epoch(cutoff_at - played_at)", "microsecond"),
    ("decimals", "cast(plays as bigint) / 4.0", "4.0e0"),
    ("decimals", "plays * 1.0 / 3", "1.0e0"),
    ("decimals", "plays / 3", "ratio()"),
    ("zero", "cast(plays as double) / plays_of_all", "nullif"),
    ("zero", "plays // tracks", "nullif"),
    ("zero", "plays % 0", "nullif"),
    ("zero", "ln(plays)", "guard by a case"),
    ("zero", "log10(cast(plays as double))", "guard by a case"),
    ("windows", "sum(plays) over (t range between 4 preceding and 1 preceding)", "own"),
    ("windows", "sum(plays) over (t rows between 4 preceding and 1 preceding)", "own"),
    ("lists", "list(track_id order by track_id)", "list_sort"),
    ("lists", "array_agg(track_id)", "list_sort"),
    ("lists", "list_sort(list(track_id))", "list_sort"),
    ("lists", "string_agg(track_name, ',')", "order by"),
    ("ties", "arg_max(track_id, plays)", "row_number()"),
    ("ties", "max_by(track_id, plays)", "row_number()"),
    ("ties", "arg_min(track_id, plays)", "row_number()"),
    ("ties", "any_value(track_name)", "row_number()"),
    ("ties", "first(track_name)", "row_number()"),
    ("ties", "mode(track_name)", "row_number()"),
    ("percentiles", "percentile_cont(0.5e0) within group (order by plays)", "median()"),
    ("percentiles", "percentile_disc(0.5e0) within group (order by plays)", "median()"),
    ("quantiles", "quantile_cont(plays, 0.5e0)", "median()"),
    ("quantiles", "approx_quantile(plays, 0.5e0)", "median()"),
    ("regexp_replace", "regexp_replace(track_key, 'a', 'b')", "'g'"),
    ("other functions", "log(plays)", "log10()"),
    ("other functions", "hash(track_key)", "md5()"),
    ("other functions", "dayname(local_date)", "number"),
    ("other functions", "monthname(local_date)", "number"),
    ("other functions", "isnan(popularity)", "null"),
    ("other functions", "round(share, 2)", "shown"),
    ("patterns", r"regexp_matches(track_key, '\blive')", "Unicode"),
    ("patterns", r"regexp_extract(track_key, '\w+')", "Unicode"),
    ("patterns", "regexp_matches(track_key, artist_key)", "literal"),
    ("patterns", "track_key similar to 'a'", "regexp_matches"),
    ("names", "nfc_normalize(track_name)", "ingest"),
    ("names", "strip_accents(track_name)", "ingest"),
    ("names", "lower(track_name)", "ingest"),
    ("names", "track_name ilike 'a%'", "ingest"),
    ("missing", "columns('.*_plays')", "another way"),
    ("missing", "week(local_date)", "week_number()"),
    ("missing", "weekofyear(local_date)", "week_number()"),
    ("missing", "extract(week from local_date)", "week_number()"),
    ("missing", "played_at + to_days(7)", "another way"),
    ("missing", "mad(plays)", "another way"),
    ("missing", "entropy(plays)", "another way"),
    ("found by trying", "cast(plays / 2e0 as integer)", "truncates"),
    ("found by trying", "levenshtein(track_key, artist_key)", "edits()"),
    ("found by trying", "unnest(generate_series(1, weeks)) + 1", "stand alone"),
    ("found by trying", "gcd(plays, 2)", "never tried"),
    ("found by trying", "kurtosis(plays)", "never tried"),
]


@pytest.mark.parametrize(("row", "construct", "advice"), REFUSED, ids=[one[1] for one in REFUSED])
def test_a_construct_that_changes_on_spark_is_named_with_what_to_write(row, construct, advice):
    found = faults(in_select(construct))
    assert any(advice in fault for fault in found), found
    assert all(
        fault.startswith("sql/core/fct_example.sql:rendered line 3: `") for fault in found
    ), found


REFUSED_QUERIES = [
    ("select * replace (plays + 1 as plays) from core.fct_plays", "list the columns"),
    (
        "select a.track_id from core.fct_a as a asof join core.fct_b as b "
        "on a.track_id = b.track_id and a.played_at >= b.fetched_at",
        "row_number()",
    ),
    ("pivot core.fct_plays on source using sum(plays)", "filter (where"),
    ("select * from core.fct_plays pivot (sum(plays) for source in ('a', 'b'))", "filter (where"),
    ("select a from core.fct_a union all by name select a from core.fct_b", "both branches"),
    (
        "select sum(plays) over v as p from core.fct_a "
        "window t as (partition by track_id), v as (t order by week_number)",
        "window of its own",
    ),
]


@pytest.mark.parametrize(("query", "advice"), REFUSED_QUERIES)
def test_a_form_of_query_that_only_duckdb_has_is_named_with_what_to_write(query, advice):
    found = faults(model(query))
    assert any(advice in fault for fault in found), found


PORTABLE = [
    "date_diff('day', date '1900-01-07', local_date) % 7",
    "date_diff('day', date '1900-01-07', coalesce(stated_week_ending, week_ending)) // 7",
    "local_date + cast(3 as integer)",
    "played_at + interval '7 days'",
    "played_at + minutes * interval '1 minute'",
    "date_diff('day', cast(played_at as date), week_ending)",
    "date_diff('microsecond', timestamp '1970-01-01 00:00:00', played_at)",
    "cast(plays as double) / 4e0",
    "cast(plays as double) / nullif(cast(all_plays as double), 0e0)",
    "case when plays > 0 then ln(plays) end",
    "log10(1e0 + plays)",
    "sum(plays) over t",
    "list_sort(list(track_id) filter (where track_id is not null))",
    "string_agg(track_name, ',' order by track_id)",
    "median(plays)",
    "regexp_replace(track_key, '[a-b]', 'x', 'g')",
    "regexp_matches(track_key, '^a')",
    "md5(track_key)",
    "round(share)",
    "cast(floor(plays / 2e0) as bigint)",
    "contains(' ' || track_key || ' ', ' live ')",
    "(played_at at time zone 'UTC') at time zone time_zone",
    "lag(plays ignore nulls) over t",
    "count(*) filter (where plays > 0)",
    "corr(plays, all_plays)",
    "unnest(generate_series(1, weeks))",
    "levenshtein(hex(track_key), hex(artist_key))",
]


@pytest.mark.parametrize("construct", PORTABLE)
def test_the_portable_spelling_passes(construct):
    assert faults(in_select(construct)) == []


def test_the_forms_that_work_on_both_pass():
    assert not faults(
        model(
            """
            select distinct on (track_id)
                track_id,
                sum(plays) over this_week as plays,
            from core.fct_plays
            anti join core.fct_other using (track_id)
            window this_week as (
                partition by track_id
                order by played_at
                range between interval '7 days' preceding and current row
            )
            qualify row_number() over this_week = 1
            order by track_id
            """
        )
    )


def test_a_date_is_followed_through_the_names_a_model_gives_it():
    query = """
        with days as (select max(local_date) as last_day, from core.fct_plays)
        select {} as result, from days
    """
    assert faults(model(query.format("last_day + interval '1 day'")))
    assert not faults(model(query.format("last_day + 1")))


def test_a_fault_names_the_line_of_the_file_when_template_lines_shift_it(tmp_path, monkeypatch):
    sql = "-- A sentence.\n\n\nselect\n    hash(track_id) as digest,\nfrom core.fct_plays\n"
    file = tmp_path / "core" / "fct_example.sql"
    file.parent.mkdir()
    file.write_text(sql.replace("\n\n", "\n\n{% from 'macros.sql' import ratio %}\n", 1))
    monkeypatch.setattr("sotw.render.sql_root", lambda: tmp_path)
    (fault,) = faults(model(sql))
    assert fault.startswith("sql/core/fct_example.sql:6: `HASH(track_id)` is another function")


def test_all_faults_of_a_model_are_listed_at_once():
    assert len(faults(model("select hash(a) as b, dayname(c) as d, from core.fct_plays"))) == 2


def test_every_model_is_written_in_what_both_engines_share():
    listed = [fault for model in MODELS for fault in faults(model)]
    assert not listed, "\n".join(listed)
