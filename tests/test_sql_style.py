"""The style guide of the SQL, executed: STYLE 3.5 and 3.6.

The rules are functions in sql_style_page.py and sql_style_query.py, and the docstring of each is
the rule. Each has planted faults (sql_style_faults.py) that it must name: a rule that misses them
is no rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sql_style_page
import sql_style_query
from sql_files import all_files, from_text, write_tree
from sql_rules import RULES, broken_rules
from sql_style_faults import GOOD, PLANTED, SPARSE, TRAINING, changed
from sql_style_query import (
    MAY_COUNT,
    coalesce_says_why,
    last_select_lists_its_columns,
    rows_only_over_weeks,
)

from sotw import warehouse
from sotw.pipeline.lineage import all_columns
from sotw.pipeline.models import load_models
from sotw.pipeline.run import inherited_comments

if TYPE_CHECKING:
    from sotw.warehouse import Connection

FILES = all_files()
GROUPS = (sql_style_page.__name__, sql_style_query.__name__)
MODELS = load_models()


@pytest.mark.parametrize("group", GROUPS)
def test_every_file_keeps_every_rule(group):
    faults = broken_rules(FILES, group)
    assert not faults, "\n".join(faults)


def test_a_file_in_the_style_passes_every_rule():
    assert broken_rules([from_text(GOOD)]) == []


def test_the_faults_of_several_files_are_listed_together():
    bad = [from_text(GOOD.replace("select", "SELECT"), f"core/fct_{name}.sql") for name in "ab"]
    for name in "ab":
        listed = [line for line in broken_rules(bad) if line.startswith(f"core/fct_{name}.sql:")]
        assert any("[lower_case: " in line for line in listed)
    assert broken_rules(bad) == [line for group in GROUPS for line in broken_rules(bad, group)]


@pytest.mark.parametrize("group", GROUPS)
def test_a_planted_fault_is_named_by_its_rule(group):
    planted = [one for one in PLANTED if RULES[one[0]].check.__module__ == group]
    listed = [(name, word, "\n".join(RULES[name].check(file))) for name, file, word in planted]
    missed = [
        f"{name}: '{word}' is not in {faults!r}"
        for name, word, faults in listed
        if word.lower() not in faults.lower()
    ]
    assert not missed, "\n".join(missed)


def test_every_rule_has_a_docstring_and_a_planted_fault():
    assert set(RULES) == {name for name, *_ in PLANTED}
    assert all(one.check.__doc__ for one in RULES.values())
    assert {one.check.__module__ for one in RULES.values()} == set(GROUPS)


def test_a_comment_above_a_run_of_coalesces_counts_for_all_of_them():
    run = "    coalesce(b, 0)\n        as b, -- b\n    coalesce(c, 0) as c,\n"
    text = "select\n    a,\n    -- Known to be 0.\n" + run + "from core.x\n"
    assert coalesce_says_why(from_text(text)) == []
    assert len(coalesce_says_why(from_text(text.replace("    -- Known to be 0.\n", "")))) == 2


def test_a_star_is_let_through_in_a_training_mart_only():
    starred = changed("    dim_tracks.artist_id,\n", "    *,\n", TRAINING)
    assert last_select_lists_its_columns(starred) == []


def test_rows_are_let_through_over_the_weeks():
    frame = changed(SPARSE, SPARSE.replace("range", "rows"))
    assert (
        rows_only_over_weeks(
            from_text(frame.text.replace("core.fct_weekly_plays", "core.dim_weeks"))
        )
        == []
    )


def test_rows_are_let_through_over_the_plays_in_their_order():
    frame = changed(SPARSE, SPARSE.replace("range", "rows"))
    text = frame.text.replace("core.fct_weekly_plays", "core.fct_outcomes")
    assert rows_only_over_weeks(from_text(text)) != []
    ordered = text.replace("order by week_number", "order by play_number")
    assert rows_only_over_weeks(from_text(ordered)) == []


def test_the_reason_of_an_exception_names_a_file_that_is_there():
    assert {f"staging/{name}.sql" for name in MAY_COUNT} <= {file.name for file in FILES}


# --- what needs all models at once ----------------------------------------------------------


def uncommented(models) -> list[str]:
    """Each column that a model makes (no parent has one of that name) has a comment."""
    columns, comments = all_columns(models), inherited_comments(models)
    return [
        f"{model.name}.{column}"
        for model in models
        for column in columns[model.name]
        if column not in comments[model.name]
        and not any(column in columns[parent] for parent in model.parents)
    ]


def test_every_new_column_has_a_comment():
    assert uncommented(MODELS) == []


@pytest.fixture(scope="module")
def column_types(template: Connection) -> list[dict[str, str]]:
    """Name and type of every column, of all models built on empty tables."""
    query = "from duckdb_columns() where schema_name in ('staging', 'core', 'features', 'marts')"
    return warehouse.rows(template, query)


def misnamed(rows: list[dict[str, str]]) -> list[str]:
    """Booleans are is_ or has_, times _at, dates _date or week_ending, and the reverse."""
    patterns = {
        "BOOLEAN": r"(post_)?(is|has)_.*",
        "TIMESTAMP": r".*_at|as_of",
        "DATE": r"(.*_)?week_ending|.*_date",
    }
    found = []
    for row in rows:
        name, kind = row["column_name"], row["data_type"]
        is_of = {one for one, pattern in patterns.items() if re.fullmatch(pattern, name)}
        if is_of != ({kind} & set(patterns)):
            found.append(f"{row['schema_name']}.{row['table_name']}.{name} is {kind}")
    return found


def test_a_column_is_named_after_its_type(column_types):
    assert len(column_types) > 200
    assert misnamed(column_types) == []


def test_no_built_column_has_a_type_that_spark_lacks(column_types):
    lacking = [
        f"{row['table_name']}.{row['column_name']} is {row['data_type']}"
        for row in column_types
        if row["schema_name"] != "staging"
        and re.match(r"U?HUGEINT|U\w*INT|DECIMAL|INTERVAL|TIMESTAMP WITH|TIME$", row["data_type"])
    ]
    assert lacking == []


# --- and the planted faults of these ---------------------------------------------------------


def test_a_new_column_without_a_comment_is_named(tmp_path):
    source = (
        "-- A sentence.\n--\n-- grain: name_id\n\nselect\n    name_id,\n    kind,\nfrom raw.names\n"
    )
    own = "    name_id as track_id,  -- the track\n    kind as sort,\n"
    files = {
        "staging/stg_names.sql": source,
        "core/fct_a.sql": f"-- A.\n--\n-- grain: track_id\n\nselect\n{own}from staging.stg_names\n",
    }
    assert uncommented(load_models(write_tree(tmp_path, files))) == ["core.fct_a.sort"]


def test_a_column_named_against_its_type_is_named():
    def column(name: str, kind: str) -> dict[str, str]:
        return {"schema_name": "core", "table_name": "t", "column_name": name, "data_type": kind}

    good = [("is_new", "BOOLEAN"), ("played_at", "TIMESTAMP"), ("week_ending", "DATE")]
    bad = [("new", "BOOLEAN"), ("played_at", "DATE"), ("day", "DATE"), ("seen", "TIMESTAMP")]
    bad += [("is_new", "INTEGER"), ("release_date", "VARCHAR")]
    assert misnamed([column(*one) for one in good]) == []
    assert len(misnamed([column(*one) for one in bad])) == len(bad)
