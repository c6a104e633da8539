"""Who may read what: the layers of the SQL, and the doors of the Python (STYLE 3.2)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from python_layers import (
    DOORS,
    body_faults,
    circles,
    drawing,
    graph,
    import_faults,
    module_name,
    room_of,
    rooms,
    tree_faults,
    twins,
)
from sql_files import all_files, write_tree
from sqlglot import exp

import sotw
from sotw.errors import ModelError
from sotw.pipeline.models import LAYERS, load_models

PACKAGE = Path(sotw.__file__).parent
TEXTS = {
    module_name(path, PACKAGE): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}

ARROWS = graph(TEXTS)

# --- SQL ------------------------------------------------------------------------------------

SCHEMAS = ("raw", "staging", "core", "features", "marts", "ml")
# The table of STYLE 3.2, written once more so that a change of the code is noticed.
MAY_READ = {
    "staging": {"raw"},
    "core": {"staging", "core"},
    "features": {"core"},
    "marts": {"core", "features", "marts", "ml"},
}


def model_text(parent: str) -> str:
    return (
        "-- A sentence.\n--\n-- grain: listener_id\n-- cutoff: cutoff_at\n\n"
        f"select\n    listener_id,\n    1 as cutoff_at,\nfrom {parent}\n"
    )


def tree_that_reads(tmp_path: Path, layer: str, schema: str) -> Path:
    """A model of ``layer`` that reads a table of ``schema``, which is there."""
    parents = {"raw": "raw.listeners", "ml": "ml.runs"}
    parent = parents.get(schema, f"{schema}.source_table")
    files = {f"{layer}/reader.sql": model_text(parent)}
    below = {"staging": "raw.listeners", "core": "staging.base", "features": "core.base"}
    below["marts"] = "core.base"
    if schema in LAYERS:
        files[f"{schema}/source_table.sql"] = model_text(below[schema])
        files["staging/base.sql"] = model_text("raw.listeners")
        files["core/base.sql"] = model_text("staging.base")
    return write_tree(tmp_path, files)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_layer_reads_only_what_it_may(tmp_path, layer, schema):
    root = tree_that_reads(tmp_path, layer, schema)
    if schema in MAY_READ[layer]:
        assert f"{layer}.reader" in [model.name for model in load_models(root)]
        return
    with pytest.raises(ModelError) as caught:
        load_models(root)
    parent = {"raw": "raw.listeners", "ml": "ml.runs"}.get(schema, f"{schema}.source_table")
    allowed = ", ".join(LAYERS[layer])
    assert f"sql/{layer}/reader.sql: reads {parent}, but {layer} may read only {allowed}." in str(
        caught.value
    )


def test_a_read_inside_a_step_or_a_filter_is_seen_too(tmp_path):
    hidden = (
        "-- A sentence.\n--\n-- grain: a\n-- cutoff: a\n\nwith\n\nsteps as (\n\n    select\n"
        "        1 as a,\n    where exists (select 1 from raw.plays)\n\n)\n\n"
        "select\n    a,\nfrom steps\n"
    )
    root = write_tree(tmp_path, {"features/feat_a.sql": hidden})
    with pytest.raises(ModelError, match=r"features/feat_a\.sql: reads raw\.plays"):
        load_models(root)


def written(text_tree: exp.Expr) -> list[str]:
    """Schemas that a statement writes."""
    found = []
    for node in text_tree.find_all(exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop):
        table = node.find(exp.Table)
        is_temporary = node.args.get("properties") is not None
        if table is not None and not is_temporary:
            found.append(table.db)
    return found


def test_a_schema_has_one_writer():
    by_folder = {"ingest": {"raw", "temp"}, "rules": {"raw"}}
    for file in all_files():
        for schema in written(file.tree):
            assert schema in by_folder.get(file.folder, set()), f"{file.name} writes {schema}"


# --- Python ---------------------------------------------------------------------------------


def test_rooms_import_only_downwards_and_libraries_by_their_doors():
    faults = [fault for module, text in TEXTS.items() for fault in import_faults(module, text)]
    assert not faults, "\n".join([*faults, drawing(ARROWS)])


def test_no_modules_import_each_other_in_a_circle():
    assert not circles(ARROWS), f"{circles(ARROWS)}\n{drawing(ARROWS)}"


def test_every_module_keeps_sql_printing_and_length_within_bounds():
    faults = [fault for module, text in TEXTS.items() for fault in body_faults(module, text)]
    assert not faults, "\n".join(faults)


def test_a_door_is_in_a_room_that_may_open_it():
    for library, doors in DOORS.items():
        for door in doors:
            room = room_of(door).rstrip("*")
            assert library in rooms()[room], (library, door)


def test_the_readme_draws_the_tree_that_is_there():
    text = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    assert tree_faults(text, PACKAGE.parent) == []


@pytest.mark.parametrize(
    ("written", "instead", "expected"),
    [
        ("      rules/ ", "      ruled/ ", "sotw/ has rules/"),
        ("      checks/ ", "      checks/ more/ ", "there is no sotw/more/"),
        ("      demo/ ", "      mode/ ", "there is no sotw/mode/"),
        (" audits/", "", "sql/ has audits/"),
        (" golden/", " gold/", "there is no tests/gold/"),
        ("      demo/ ", "      report/ ", "in the order"),
        ("    tests/ ", "    sql/\n    sql/\n    sql/\n    tests/ ", "lines"),
    ],
)
def test_a_tree_that_is_not_the_one_drawn_is_told(written, instead, expected):
    text = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    start = text.index("## Development")
    planted = text[:start] + text[start:].replace(written, instead, 1)
    assert planted != text
    faults = tree_faults(planted, PACKAGE.parent)
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("module", "text", "expected"),
    [
        ("learning.metrics.winner", "import duckdb", "imports duckdb"),
        ("ingest.formats.lastfm.tables", "import duckdb", "its door is warehouse.connection"),
        ("ingest.load", "def f():\n    from duckdb import connect", "load:2: imports duckdb"),
        ("actions.learn", "from sklearn.linear_model import Ridge", "imports sklearn"),
        ("pipeline.run", "import jinja2", "its door is render"),
        ("pipeline.run", "import pandas as pd", "imports pandas"),
        ("learning.train", "import sqlglot.optimizer", "imports sqlglot"),
        ("ingest.load", "import requests", "imports requests"),
        ("sync.lastfm", "import requests", "its door is sync.http"),
        ("warehouse.draft", "from sotw.pipeline import run", "pipeline stands above warehouse"),
        ("errors", "from sotw.paths import sql_root", "paths stands above errors"),
        ("pipeline.models", "from sotw import ingest", "ingest stands above pipeline"),
        (
            "checks.audit",
            "if TYPE_CHECKING:\n    from sotw.commands import tables",
            "commands stands above checks",
        ),
        ("weather", "import json", "there is no room 'weather'"),
        ("learning.train", "import pickle", "runs what a file says"),
        ("predictors.completion.models", "import joblib", "runs what a file says"),
        ("text_table", "if TYPE_CHECKING:\n    import duckdb", "its door is warehouse"),
    ],
)
def test_a_planted_import_is_named_with_what_is_allowed(module, text, expected):
    assert any(expected in fault for fault in import_faults(module, text))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("ingest.load", "if TYPE_CHECKING:\n    import duckdb"),
        ("predictors.other.models", "from sklearn.base import clone\nfrom sotw.errors import X"),
        ("pipeline.run", "if TYPE_CHECKING:\n    from sotw.settings import Settings"),
        ("pipeline.run", "import json\nimport datetime as dt"),
        ("sync.http", "import requests"),
    ],
)
def test_what_is_allowed_passes(module, text):
    assert import_faults(module, text) == []


def test_a_planted_circle_is_found_and_drawn():
    texts = {
        "learning.a": "if TYPE_CHECKING:\n    from sotw.learning.b import B",
        "learning.b": "from sotw.learning import c",
        "learning.c": "def f():\n    from sotw.learning.a import A",
        "checks.d": "from sotw.learning import a",
        "pipeline.e": "from sotw.checks import d",
    }
    assert circles(graph(texts)) == [("learning.a", "learning.b", "learning.c")]
    assert "pipeline      1 files -> ^checks" in drawing(graph(texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('x = """\nselect a\nfrom core.b\n"""', "SQL over one line"),
        ('x = ("select a " "from core.b "\n"where c")', "SQL over one line"),
        ('x = "with a as (select 1)\\nselect 2 from a"', "SQL over one line"),
        ('x = f"""insert into {table}\nselect 1\n"""', "SQL over one line"),
        ('x = f"""select a\nfrom {table}"""', "SQL over one line"),
        ('x = """DELETE\nFROM raw.plays"""', "SQL over one line"),
        ("con.executemany('insert', rows)", "executemany"),
        ("print('done')", "prints"),
        ("warehouse.duckdb.connect()", "reaches through to duckdb"),
        ("pass\n" * 401, "401 lines"),
        ("from sotw.paths import sql_root", "opened by sotw.render alone"),
        ("from sotw import paths\nfolder = paths.sql_root()", "opened by sotw.render alone"),
        ("(HERE / 'sql' / name).read_text()", "opened by sotw.render alone"),
        ("open(f'{root}/state/{name}.sql')", "opened by sotw.render alone"),
    ],
)
def test_a_planted_habit_is_named(text, expected):
    assert any(expected in fault for fault in body_faults("build", text)), body_faults(
        "build", text
    )


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("build", '"""Select what to build,\n\nwith all of its parents.\n"""'),
        ("build", 'def f():\n    """From the header\n    of a table.\n    """'),
        ("build", 'con.execute("select a from core.b where c = ?", [1])'),
        ("build", 'con.execute(f"create table {name} as\\n{sql}")'),
        ("build", 'raise ModelError(\n    "The file is wrong. "\n    "Correct it."\n)'),
        ("__main__", "print('done')"),
    ],
)
def test_what_is_no_fault_passes(module, text):
    assert body_faults(module, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('con.execute("delete from raw.settings")', "writes raw.settings"),
        ('con.execute(f"insert into raw.{table} values (1)")', "writes raw.x"),
        ('con.execute("insert into raw.names by name " + rows)', "writes raw.names"),
        ('con.execute("UPDATE raw.rules set removed_at = ?", [now])', "writes raw.rules"),
        ('con.execute("drop table if exists raw.plays")', "writes raw.plays"),
        ("con.execute(\"copy raw.plays from 'plays.csv'\")", "writes raw.plays"),
        ('con.execute(f"insert into {table} by name from rows")', "schema is not stated"),
        ('con.execute(f"delete from {table}")', "schema is not stated"),
        ('con.execute(render("ingest/insert_import.sql"), values)', "a statement of ingest"),
        ('con.execute(render(f"rules/{name}.sql"), values)', "a statement of rules"),
    ],
)
def test_a_planted_write_of_raw_is_named(text, expected):
    for module in ("pipeline.run", "checks.audit", "learning.store", "export.plays"):
        faults = body_faults(module, text)
        assert any(expected in fault for fault in faults), (module, faults)


def test_the_writers_of_raw_may_write_it():
    for module in ("ingest.load", "actions.prepare", "rules.write", "sync.run"):
        assert body_faults(module, 'con.execute("delete from raw.settings")') == []


def test_reading_raw_and_writing_other_schemas_is_no_fault():
    text = (
        'con.execute("insert into ml.runs select * from raw.settings")\n'
        'con.execute("create temp table x as from raw.plays")\n'
        "con.execute(\"copy (from raw.plays) to 'plays.parquet'\")\n"
    )
    assert body_faults("learning.store", text) == []


SUBPROCESS = """
import datetime as dt, sys
import sotw.pipeline.run, sotw.ingest
heavy = {"sklearn", "pandas"}
assert not heavy & set(sys.modules), "imported by import"
from sotw import warehouse
from sotw.actions.prepare import prepare
from sotw.pipeline.models import load_models
from sotw.render import contracts
from sotw.settings import Settings
con = warehouse.connect(":memory:")
con.execute(contracts())
prepare(con, Settings(), dt.datetime(2024, 1, 1))
sotw.pipeline.run.build(con, load_models(), settings=Settings())
assert not heavy & set(sys.modules), "imported by building"
"""


def test_a_build_imports_neither_sklearn_nor_pandas():
    done = subprocess.run(
        [sys.executable, "-c", SUBPROCESS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_command_line_starts_without_the_heavy_libraries():
    code = (
        "import sys, sotw.__main__; assert not {'sklearn', 'pandas', 'sqlglot'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_predictor_has_a_twin_of_what_all_share_or_of_another():
    assert not twins(TEXTS), "\n".join(twins(TEXTS))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("predictors.other.store", "store_run"),
        ("predictors.completion.models", "rolling"),
        ("actions.learn", "metric_rows"),
        ("predictors.other.models", "heuristic"),
    ],
)
def test_a_planted_twin_is_named_with_where_it_stands(module, name):
    planted = f"{TEXTS.get(module, '')}\n\ndef {name}(con):\n    pass\n"
    faults = twins({**TEXTS, module: planted})
    assert any(fault.startswith(f"sotw.{module}:") and f": {name} is" in fault for fault in faults)
