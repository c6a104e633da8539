"""The models as a dbt project: read back as dbt would, each select reads and says what it did."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import jinja2
import pytest
from sql_files import write_tree
from typer.testing import CliRunner

from sotw.__main__ import app
from sotw.errors import SotwError
from sotw.export.dbt import write_project
from sotw.pipeline.models import LAYERS, load_models

if TYPE_CHECKING:
    from pathlib import Path

MODELS = load_models()


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dbt") / "project"
    write_project(MODELS, folder)
    return folder


def as_read(project: Path, name: str) -> tuple[str, set[str]]:
    """A model's select with dbt's names turned back, and the tables it named so."""
    named: set[str] = set()
    by_table = {model.table: model.name for model in MODELS}

    def ref(table: str) -> str:
        named.add(by_table[table])
        return by_table[table]

    def source(schema: str, table: str) -> str:
        named.add(f"{schema}.{table}")
        return f"{schema}.{table}"

    schema, table = name.split(".")
    text = (project / "models" / schema / f"{table}.sql").read_text(encoding="utf-8")
    template = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return template.from_string(text).render(ref=ref, source=source), named


def test_every_model_is_there_and_names_each_table_it_reads(project):
    assert {file.stem for file in project.glob("models/*/*.sql")} == {one.table for one in MODELS}
    for model in MODELS:
        text, named = as_read(project, model.name)
        assert text == model.sql
        assert named == set(model.parents), model.name


def test_the_headers_are_tests_and_the_comments_are_descriptions(project):
    described = {
        one["name"]: one
        for layer in LAYERS
        for one in json.loads((project / "models" / f"{layer}.yml").read_text())["models"]
    }
    for model in MODELS:
        mine = described[model.table]
        assert mine["description"] == model.description
        grain, *holds = mine["data_tests"]
        assert grain["grain"]["arguments"]["columns"] == list(model.grain)
        conditions = [one["holds"]["arguments"]["condition"] for one in holds]
        assert conditions == [audit.condition for audit in model.audits]
        never_null = {one["name"] for one in mine["columns"] if "data_tests" in one}
        assert never_null == set(model.grain)
    assert described["feat_momentum"]["columns"]


def test_no_text_holds_a_mark_that_dbt_would_take_for_its_own(project):
    for file in project.glob("models/**/*"):
        if file.is_file():
            text = re.sub(r"\{\{ (ref|source)\('\w+'(, '\w+')?\) \}\}", "", file.read_text())
            assert not re.search(r"\{[{%#]", text), file


def test_a_table_named_in_a_text_or_a_comment_is_not_read(tmp_path):
    sql = (
        "-- A sentence.\n--\n-- grain: a\n\nselect\n    'of raw.listeners' as a,"
        " -- as in raw.listeners\nfrom raw.listeners\n"
    )
    models = load_models(write_tree(tmp_path / "sql", {"staging/stg_a.sql": sql}))
    write_project(models, tmp_path / "project")
    text = (tmp_path / "project" / "models" / "staging" / "stg_a.sql").read_text()
    assert text.count("raw.listeners") == 2
    assert text.endswith("from {{ source('raw', 'listeners') }}\n")


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SotwError, match="is not empty"):
        write_project(MODELS, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_says_what_it_wrote(tmp_path):
    done = CliRunner().invoke(app, ["export", "dbt", "--output", f"{tmp_path}/project", "--json"])
    report = json.loads(done.stdout)
    assert report["models"] == len(MODELS)
    assert (tmp_path / "project" / "dbt_project.yml").exists()
