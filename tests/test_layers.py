"""Who may read what: the layers of the SQL, and the doors of the Python (STYLE 3.2)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from python_layers import (
    ALLOWED,
    DOORS,
    Rights,
    body_faults,
    import_faults,
    matches,
    module_name,
    table,
)
from sql_files import all_files, write_tree
from sqlglot import exp

import sotw
from sotw.errors import ModelError
from sotw.models import LAYERS, load_models

PACKAGE = Path(sotw.__file__).parent
MODULES = {module_name(path, PACKAGE): path for path in sorted(PACKAGE.rglob("*.py"))}

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


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_it_may(module):
    assert import_faults(module, MODULES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_keeps_sql_printing_and_length_within_bounds(module):
    assert body_faults(module, MODULES[module].read_text(encoding="utf-8")) == []


def test_every_line_of_the_table_is_of_a_module_that_is_there():
    for right in table():
        assert any(matches(module, right.module) for module in MODULES), right


def test_a_line_of_the_table_opens_no_door_twice():
    for right in table():
        for library in right.libraries:
            assert right.module in DOORS.get(library, (right.module,)), right


@pytest.mark.parametrize(
    ("module", "text", "expected"),
    [
        ("evaluate", "import duckdb", "imports duckdb"),
        ("ingest.lastfm", "import duckdb", "imports duckdb"),
        ("ingest.lastfm", "def f():\n    from duckdb import connect", "lastfm:2: imports duckdb"),
        ("train", "from sklearn.linear_model import LogisticRegression", "imports sklearn"),
        ("build", "import jinja2", "imports jinja2"),
        ("build", "import pandas as pd", "imports pandas"),
        ("train", "import sqlglot.optimizer", "imports sqlglot"),
        ("ingest.lastfm", "import requests", "imports requests"),
        ("predictors.week_favorite", "from sotw import warehouse", "imports warehouse"),
        ("predictors.week_favorite", "from sotw.warehouse import rows", "imports warehouse"),
        ("errors", "from sotw.paths import sql_root", "may import nothing"),
        ("models", "from . import build", "imports build"),
        ("weather", "import json", "sotw.weather is not in the table"),
        ("train", "import pickle", "runs what a file says"),
        ("predictors.week_favorite", "import joblib", "runs what a file says"),
        ("show", "if TYPE_CHECKING:\n    import duckdb", "its door is warehouse"),
    ],
)
def test_a_planted_import_is_named_with_what_is_allowed(module, text, expected):
    assert any(expected in fault for fault in import_faults(module, text))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("ingest.load", "if TYPE_CHECKING:\n    import duckdb"),
        ("predictors.new_one", "from sklearn.base import clone\nfrom sotw.errors import SotwError"),
        ("build", "if TYPE_CHECKING:\n    from sotw.settings import Settings"),
        ("build", "import json\nimport datetime as dt"),
    ],
)
def test_what_is_allowed_passes(module, text):
    assert import_faults(module, text) == []


def test_the_door_of_requests_waits_for_its_module():
    rights = [*table(ALLOWED), Rights("ingest.http", ("errors",), ("requests",))]
    rights = [one for one in rights if one.module != "ingest*"]
    assert import_faults("ingest.http", "import requests", rights) == []


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


SUBPROCESS = """
import datetime as dt, sys
import sotw.build, sotw.ingest
heavy = {"sklearn", "pandas"}
assert not heavy & set(sys.modules), "imported by import"
from sotw import warehouse
from sotw.models import load_models
from sotw.paths import contracts
from sotw.settings import Settings
con = warehouse.connect(":memory:")
con.execute(contracts())
sotw.build.build(con, load_models(), settings=Settings(), as_of=dt.datetime(2024, 1, 1))
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
