"""Files under sql/ become models: headers, parents, order, and errors one can act on."""

from __future__ import annotations

import os
import subprocess
import sys

import duckdb
import pytest
from sql_files import write_tree

from sotw.errors import ModelError
from sotw.pipeline.models import Audit, load_models, select
from sotw.pipeline.run import inherited_comments
from sotw.render import render


def text(
    body: str = "select\n    listener_id,\nfrom raw.listeners\n",
    header: str = "-- A sentence.\n--\n-- grain: listener_id\n",
) -> str:
    return f"{header}\n{body}"


def chain(*names: str) -> dict[str, str]:
    """Models that each read the one before, the first a listener."""
    files = {}
    for name, parent in zip(names, ("raw.listeners", *names), strict=False):
        layer, table = name.split(".")
        files[f"{layer}/{table}.sql"] = text(f"select\n    listener_id,\nfrom {parent}\n")
    return files


def the_error(tmp_path, files: dict[str, str]) -> str:
    with pytest.raises(ModelError) as caught:
        load_models(write_tree(tmp_path, files))
    return str(caught.value)


# --- the header -----------------------------------------------------------------------------


def test_a_header_is_read_with_its_sentence_keys_and_lines(tmp_path):
    header = (
        "-- What a listener\n-- is called.\n--\n-- grain:  listener_id, kind\n"
        "-- cutoff: cutoff_at\n-- audit:  plays > 0\n-- audit:  plays < 9\n"
    )
    body = "select\n    listener_id,\n    kind,\nfrom raw.listeners\n"
    (model,) = load_models(write_tree(tmp_path, {"staging/stg_a.sql": text(body, header)}))
    assert model.description == "What a listener is called."
    assert model.grain == ("listener_id", "kind")
    assert model.cutoff == "cutoff_at"
    assert model.audits == (Audit("plays > 0", 6), Audit("plays < 9", 7))
    assert (model.name, model.path) == ("staging.stg_a", "sql/staging/stg_a.sql")
    assert (model.schema, model.table, model.is_view) == ("staging", "stg_a", True)
    assert model.columns == ("listener_id", "kind")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("-- A sentence.\n", "lacks '-- grain: column, column'"),
        ("-- A sentence.\n--\n-- grain:\n", "lacks '-- grain: column, column'"),
        ("-- A sentence.\n--\n-- grian: listener_id\n", "unknown key 'grian:' in the header"),
        ("-- A sentence.\n--\n-- grain: a\n-- owner: me\n", "unknown key 'owner:' in the header"),
        ("-- grain: listener_id\n", "the first line must be a comment"),
        ("", "the first line must be a comment"),
    ],
)
def test_a_header_with_a_fault_is_refused_by_file(tmp_path, header, expected):
    message = the_error(tmp_path, {"core/fct_a.sql": text(header=header)})
    assert message.startswith("sql/core/fct_a.sql: ")
    assert expected in message


def test_a_grain_of_a_column_that_is_not_there_is_refused(tmp_path):
    header = "-- A sentence.\n--\n-- grain: listener_id, week_ending\n"
    message = the_error(tmp_path, {"staging/stg_a.sql": text(header=header)})
    assert message.startswith("sql/staging/stg_a.sql: ")
    assert "grain names 'week_ending', which the select does not make" in message


def test_a_feature_without_a_cutoff_is_refused(tmp_path):
    files = chain("staging.stg_a", "core.fct_a", "features.feat_a")
    message = the_error(tmp_path, files)
    assert message == (
        "sql/features/feat_a.sql: the header lacks '-- cutoff: column', which every feature has."
    )


# --- rendering and parsing ------------------------------------------------------------------


def test_an_undefined_macro_is_named_with_file_and_line(tmp_path):
    body = "select\n    listener_id,\n    {{ raito('a', 'b') }} as share,\nfrom raw.listeners\n"
    message = the_error(tmp_path, {"staging/stg_a.sql": text(body)})
    assert message.startswith("sql/staging/stg_a.sql:7: does not render: 'raito' is undefined")


def test_a_macro_that_macros_sql_does_not_have_is_named_with_file_and_line(tmp_path):
    body = (
        "{% from 'macros.sql' import raito %}\n\n"
        "select\n    {{ raito('a', 'b') }} as listener_id,\nfrom raw.listeners\n"
    )
    message = the_error(tmp_path, {"staging/stg_a.sql": text(body)})
    assert message.startswith("sql/staging/stg_a.sql:8: does not render: ")
    assert "raito" in message


def test_a_fault_inside_the_macros_names_that_file_and_its_line(tmp_path):
    body = (
        "{% from 'macros.sql' import broken %}\n\n\n\n"
        "select\n    {{ broken('a') }} as listener_id,\nfrom raw.listeners\n"
    )
    root = write_tree(tmp_path, {"staging/stg_a.sql": text(body)})
    (root / "macros.sql").write_text("{% macro broken(a) -%}\n{{ a }}\n{{ b }}\n{%- endmacro %}\n")
    with pytest.raises(ModelError) as caught:
        load_models(root)
    assert "sql/macros.sql:3: does not render: 'b' is undefined" in str(caught.value)
    assert "sql/staging/stg_a.sql" in str(caught.value)


def test_a_template_that_is_not_closed_is_named_with_file_and_line(tmp_path):
    body = "select\n    listener_id,\n{% for a in b %}\nfrom raw.listeners\n"
    message = the_error(tmp_path, {"staging/stg_a.sql": text(body)})
    assert message.startswith("sql/staging/stg_a.sql:8: does not render: ")
    assert "endfor" in message


def test_a_template_that_is_not_there_is_named():
    with pytest.raises(ModelError, match=r"sql/score/nothing\.sql: no such file under .*sql"):
        render("score/nothing.sql")


def test_a_value_that_a_template_lacks_is_named_with_file_and_line(tmp_path):
    (tmp_path / "score").mkdir()
    (tmp_path / "score" / "a.sql").write_text("-- A.\nselect {{ name }}\n")
    with pytest.raises(ModelError, match=r"sql/score/a\.sql:2: does not render: 'name' is undef"):
        render("score/a.sql", tmp_path)
    assert render("score/a.sql", tmp_path, name="b") == "-- A.\nselect b\n"


def test_a_parse_error_gives_line_column_and_the_place(tmp_path):
    body = "select\n    listener_id,\nfrom raw.listeners\nwhere listener_id = = 1\n"
    message = the_error(tmp_path, {"staging/stg_a.sql": text(body)})
    assert message.startswith("sql/staging/stg_a.sql: rendered line 8, column ")
    # The folder of rendered files is not written yet.
    assert message.endswith("in 'where listener_id = = 1'. Correct it.")
    assert "near '='" in message


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("select 'a as listener_id,\nfrom raw.listeners\n", "sql/staging/stg_a.sql: "),
        ("delete from raw.listeners\n", "holds a delete, not one select"),
        ("create table core.a as select 1 as a\n", "holds a create, not one select"),
        (
            "select\n    listener_id,\nfrom raw.listeners;\n\nselect 1\n",
            "holds several statements, not one select",
        ),
    ],
)
def test_a_file_that_is_not_one_select_is_refused(tmp_path, body, expected):
    assert expected in the_error(tmp_path, {"staging/stg_a.sql": text(body)})


# --- parents --------------------------------------------------------------------------------


def parents(tmp_path, body: str) -> tuple[str, ...]:
    (model,) = load_models(write_tree(tmp_path, {"staging/stg_a.sql": text(body)}))
    return model.parents


def test_a_step_named_after_the_table_it_reads_keeps_the_parent(tmp_path):
    body = (
        "with\n\nlisteners as (\n\n    select\n        listener_id,\n    from raw.listeners\n\n)"
        "\n\nselect\n    listener_id,\nfrom listeners\n"
    )
    assert parents(tmp_path, body) == ("raw.listeners",)


def test_parents_are_found_in_steps_joins_unions_and_filters(tmp_path):
    body = (
        "with\n\nplayed as (\n\n    select\n        listener_id,\n    from raw.plays\n"
        "    union all\n    select\n        listener_id,\n    from raw.picks\n\n)\n\n"
        "select\n    listener_id,\nfrom played\ninner join raw.listeners using (listener_id)\n"
        "where\n    exists (select 1 from raw.imports)\n"
        "    and listener_id in (select listener_id from raw.listener_settings)\n"
    )
    assert parents(tmp_path, body) == (
        "raw.imports",
        "raw.listener_settings",
        "raw.listeners",
        "raw.picks",
        "raw.plays",
    )


def test_a_table_without_a_schema_is_refused(tmp_path):
    body = "select\n    listener_id,\nfrom listeners\n"
    assert the_error(tmp_path, {"staging/stg_a.sql": text(body)}) == (
        "sql/staging/stg_a.sql: reads 'listeners', which is no CTE; write schema.table."
    )


def test_a_step_of_another_scope_is_no_table(tmp_path):
    body = (
        "with\n\nouter_step as (\n\n    with inner_step as (select 1 as listener_id)\n"
        "    select\n        listener_id,\n    from inner_step\n\n)\n\n"
        "select\n    listener_id,\nfrom inner_step\n"
    )
    assert "reads 'inner_step', which is no CTE" in the_error(
        tmp_path, {"staging/stg_a.sql": text(body)}
    )


def test_a_parent_that_no_file_makes_is_named(tmp_path):
    files = chain("staging.stg_a") | {
        "core/fct_a.sql": text("select\n    listener_id,\nfrom staging.stg_b\n")
    }
    assert the_error(tmp_path, files) == (
        "sql/core/fct_a.sql: reads staging.stg_b, which no file makes."
    )


def test_a_table_of_raw_that_the_contracts_lack_is_named(tmp_path):
    files = {"staging/stg_a.sql": text("select\n    listener_id,\nfrom raw.listners\n")}
    assert the_error(tmp_path, files) == (
        "sql/staging/stg_a.sql: reads raw.listners, which no file of sql/contracts makes."
    )


def test_a_seed_is_a_table_of_the_rows_of_its_file(tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "words.csv").write_text("rank,word\n1, pop\n-2,l'amour\n", "utf-8")
    (tmp_path / "a.sql").write_text("from {{ seed('words') }}")
    rows = duckdb.sql(render("a.sql", tmp_path)).fetchall()
    assert rows == [(1, " pop"), (-2, "l'amour")]
    (tmp_path / "b.sql").write_text("from {{ seed('nothing') }}")
    with pytest.raises(ModelError, match=r"sql/seeds/nothing\.csv: no such file under"):
        render("b.sql", tmp_path)


def test_a_folder_within_a_layer_is_no_part_of_the_name(tmp_path):
    files = chain("staging.stg_a", "core.fct_z")
    files["core/plays/fct_z.sql"] = files.pop("core/fct_z.sql")
    names = [model.name for model in load_models(write_tree(tmp_path, files))]
    assert names == ["staging.stg_a", "core.fct_z"]


def test_two_files_of_one_name_are_named(tmp_path):
    files = chain("staging.stg_a", "core.fct_z")
    files["core/plays/fct_z.sql"] = files["core/fct_z.sql"]
    assert the_error(tmp_path, files) == (
        "sql/core/plays/fct_z.sql: sql/core/fct_z.sql makes core.fct_z too."
    )


def test_a_circle_is_printed_as_its_path(tmp_path):
    files = chain("staging.stg_a") | {
        f"core/fct_{one}.sql": text(f"select\n    listener_id,\nfrom core.fct_{other}\n")
        for one, other in (("a", "b"), ("b", "c"), ("c", "a"))
    }
    message = the_error(tmp_path, files)
    assert message == (
        "models read each other in a circle: "
        "core.fct_a -> core.fct_b -> core.fct_c -> core.fct_a. Break one edge."
    )


def test_a_model_that_reads_itself_is_a_circle(tmp_path):
    files = {"core/fct_a.sql": text("select\n    listener_id,\nfrom core.fct_a\n")}
    assert "core.fct_a -> core.fct_a." in the_error(tmp_path, files)


def test_the_errors_of_all_files_are_shown_together(tmp_path):
    files = {
        "staging/stg_a.sql": text("select\n    listener_id,\nfrom listeners\n"),
        "staging/stg_b.sql": text("select = 1\n"),
        "staging/stg_c.sql": text("select\n    {{ nothing }} as listener_id,\n"),
        "core/fct_a.sql": text(header="-- A sentence.\n"),
        "core/fct_b.sql": text("select\n    listener_id,\nfrom raw.listeners\n"),
    }
    lines = the_error(tmp_path, files).splitlines()
    assert [line.split(": ")[0].removesuffix(":6") for line in lines] == [
        "sql/staging/stg_a.sql",
        "sql/staging/stg_b.sql",
        "sql/staging/stg_c.sql",
        "sql/core/fct_a.sql",
        "sql/core/fct_b.sql",
    ]


# --- order and selection --------------------------------------------------------------------


def test_parents_come_before_children_whatever_the_names(tmp_path):
    files = chain("staging.stg_a", "core.fct_z", "core.fct_m", "core.fct_a")
    names = [model.name for model in load_models(write_tree(tmp_path, files))]
    assert names == ["staging.stg_a", "core.fct_z", "core.fct_m", "core.fct_a"]


def test_equal_folders_give_equal_order_whenever_the_files_were_made(tmp_path):
    files = chain("staging.stg_a", "core.fct_a")
    files |= {
        f"core/fct_{name}.sql": text("select\n    listener_id,\nfrom staging.stg_a\n")
        for name in "qwertyuiop"
    }
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = load_models(write_tree(tmp_path / "one", files))
    two = load_models(write_tree(tmp_path / "two", dict(reversed(files.items()))))
    assert one == two


def test_the_order_does_not_depend_on_hashing():
    code = (
        "from sotw.paths import sql_root; from sotw.pipeline.models import load_models;"
        "print([model.name for model in load_models(sql_root())])"  # read, not remembered
    )
    orders = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(orders) == 1


def test_a_model_is_selected_with_all_its_parents_and_nothing_else(tmp_path):
    files = chain("staging.stg_a", "core.fct_a", "marts.charts")
    files |= chain("staging.stg_b", "core.fct_b")
    models = load_models(write_tree(tmp_path, files))
    wanted = ["staging.stg_a", "core.fct_a", "marts.charts"]
    assert [model.name for model in select(models, ["charts"])] == wanted
    assert [model.name for model in select(models, ["marts.charts"])] == wanted
    both = select(models, ["fct_b", "fct_a"])
    assert [model.name for model in both] == [
        "staging.stg_a",
        "staging.stg_b",
        "core.fct_a",
        "core.fct_b",
    ]


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path):
    files = chain("staging.stg_a", "core.fct_weekly_plays", "marts.weekly_charts")
    models = load_models(write_tree(tmp_path, files))
    with pytest.raises(ModelError, match="no model is called 'fct_weeky_plays'") as caught:
        select(models, ["fct_weeky_plays"])
    assert "The nearest: fct_weekly_plays" in str(caught.value)
    with pytest.raises(ModelError, match="The nearest: fct_weekly_plays"):
        select(models, ["core.fct_weeky_plays"])


# --- comments -------------------------------------------------------------------------------


def test_comments_are_read_beside_the_columns_of_the_last_select(tmp_path):
    body = (
        "with\n\nnamed as (\n\n    select\n        listener_id,  -- not this one\n"
        "        listener,\n    from raw.listeners\n\n)\n\n"
        'select\n    listener_id,                 -- who; it\'s "him", 100 %\n'
        "    upper(listener) as name,     -- how, in capitals\n"
        "    case\n        when listener = 'a, b' then 1\n    end as kind,   -- which\n"
        "    -- This is why, not what.\n    named.listener,\nfrom named\n"
    )
    (model,) = load_models(write_tree(tmp_path, {"staging/stg_a.sql": text(body)}))
    assert model.comments == {
        "listener_id": 'who; it\'s "him", 100 %',
        "name": "how, in capitals",
        "kind": "which",
    }


def test_behind_a_star_the_comments_of_the_steps_count(tmp_path):
    body = (
        "with\n\nnamed as (\n\n    select\n        listener_id,  -- who\n    from raw.listeners\n\n"
        ")\n\nselect *\nfrom named\n"
    )
    (model,) = load_models(write_tree(tmp_path, {"staging/stg_a.sql": text(body)}))
    assert model.comments == {"listener_id": "who"}
    assert model.columns == ()


def test_a_comment_is_inherited_by_name_until_a_model_gives_its_own(tmp_path):
    first = "select\n    listener_id,  -- who\n    listener,  -- name\nfrom raw.listeners\n"
    files = {
        "staging/stg_a.sql": text(first),
        "core/fct_a.sql": text(
            "select\n    listener_id,\n    listener,  -- own\nfrom staging.stg_a\n"
        ),
        "marts/charts.sql": text("select\n    listener_id,\n    listener,\nfrom core.fct_a\n"),
    }
    comments = inherited_comments(load_models(write_tree(tmp_path, files)))
    assert comments["core.fct_a"] == {"listener_id": "who", "listener": "own"}
    assert comments["marts.charts"] == {"listener_id": "who", "listener": "own"}


# --- the loop of a training mart ------------------------------------------------------------


def test_a_training_mart_joins_the_features_of_its_grain_only(tmp_path):
    weekly = "-- A.\n--\n-- grain: listener_id\n-- cutoff: cutoff_at\n"
    other = weekly.replace("grain: listener_id", "grain: listener_id, played_at")
    mart = (
        "select *\nfrom core.fct_a\n{% for one in models('features', 'listener_id') %}\n"
        "inner join {{ one.name }} using (listener_id)\n{% endfor %}\n"
    )
    body = "select\n    listener_id,\n    1 as played_at,\nfrom core.fct_a\n"
    files = chain("staging.stg_a", "core.fct_a") | {
        "features/feat_a.sql": text(body, weekly),
        "features/feat_b.sql": text(body, other),
        "marts/training_a.sql": text(mart),
    }
    by_name = {model.name: model for model in load_models(write_tree(tmp_path, files))}
    assert by_name["marts.training_a"].parents == ("core.fct_a", "features.feat_a")
