"""What models were read is remembered, and never once anything they are read from has changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from sql_files import write_tree

import sotw
from sotw import render
from sotw.errors import ModelError
from sotw.pipeline import model_cache, parse
from sotw.pipeline.model_cache import fingerprint
from sotw.pipeline.models import load_models

FILES = {
    "core/fct_a.sql": (
        "-- A sentence.\n--\n-- grain: number\n-- audit: number > 0\n\n"
        "{% from 'macros.sql' import one %}\n"
        "select\n    {{ one() }} as number, -- It counts.\nfrom staging.stg_a\n"
    ),
    "staging/stg_a.sql": "-- A sentence.\n--\n-- grain: listener_id\n\nselect\n    listener_id,\n"
    "from raw.listeners\n",
}
FILES["core/dim_words.sql"] = (
    "-- A sentence.\n--\n-- grain: word\n\nselect\n    word,\nfrom {{ seed('words') }}\n"
)
SEED = "word\npop\n"
MACROS = "{% macro one() -%}\n1\n{%- endmacro %}\n"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder of models that stands for the project's own, and a cache folder of its own."""
    root = write_tree(tmp_path / "project", FILES)
    (root / "macros.sql").write_text(MACROS)
    (root / "seeds").mkdir()
    (root / "seeds" / "words.csv").write_text(SEED)
    monkeypatch.setattr(render, "sql_root", lambda: root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


@pytest.fixture
def readings(monkeypatch):
    """The files that were parsed, in their order."""
    seen = []
    read = parse.model

    def counted(path, *texts):
        seen.append(path)
        return read(path, *texts)

    monkeypatch.setattr(parse, "model", counted)
    return seen


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "sotw").iterdir())


def test_what_was_read_once_is_the_same_and_is_not_parsed_again(root, readings):
    first = load_models()
    assert sorted(readings) == sorted(FILES)
    assert load_models() == first == load_models(root)
    assert len(readings) == 2 * len(FILES), "the other reading is of a folder that was named"


def changed_file(root: Path, _: pytest.MonkeyPatch) -> None:
    file = root / "core" / "fct_a.sql"
    file.write_text(file.read_text().replace("number > 0", "number > 1"))


def changed_macro(root: Path, _: pytest.MonkeyPatch) -> None:
    (root / "macros.sql").write_text(MACROS.replace("1", "2"))


def changed_contract(root: Path, _: pytest.MonkeyPatch) -> None:
    (root / "contracts" / "another.sql").write_text("create table raw.more (a integer);\n")


def changed_seed(root: Path, _: pytest.MonkeyPatch) -> None:
    (root / "seeds" / "words.csv").write_text(SEED.replace("pop", "rock"))


def new_file(root: Path, _: pytest.MonkeyPatch) -> None:
    text = FILES["staging/stg_a.sql"].replace("raw.listeners", "staging.stg_a")
    (root / "core" / "fct_b.sql").write_text(text)


def removed_file(root: Path, _: pytest.MonkeyPatch) -> None:
    (root / "core" / "fct_a.sql").unlink()


def renamed_file(root: Path, _: pytest.MonkeyPatch) -> None:
    (root / "core" / "fct_a.sql").rename(root / "core" / "fct_z.sql")


def other_library(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version
    monkeypatch.setattr(
        metadata, "version", lambda name: "31.0.0" if name == "sqlglot" else version(name)
    )


def other_code(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = root.parent / "sotw"
    shutil.copytree(Path(sotw.__file__).parent, package)
    code = package / "pipeline"
    (code / "parse.py").write_text("# Written anew.\n")
    monkeypatch.setattr(model_cache, "__file__", str(code / "model_cache.py"))


@pytest.mark.parametrize(
    "change",
    [
        changed_file,
        changed_macro,
        changed_seed,
        changed_contract,
        new_file,
        removed_file,
        renamed_file,
        other_library,
        other_code,
    ],
)
def test_after_a_change_models_are_read_anew_and_are_those_of_now(
    root, readings, monkeypatch, change
):
    load_models()
    change(root, monkeypatch)
    readings.clear()
    found = load_models()
    assert readings, "what was kept is out of date"
    assert found == load_models(root)
    readings.clear()
    assert load_models() == found
    assert not readings


def test_a_fault_is_told_each_time_and_what_it_hid_is_not_kept(root, readings):
    file = root / "core" / "fct_a.sql"
    file.write_text(file.read_text().replace("from staging.stg_a", "from staging.stg_none"))
    for _ in range(2):
        with pytest.raises(ModelError, match=r"reads staging\.stg_none, which no file makes"):
            load_models()


def test_a_file_saved_while_models_are_read_is_not_kept_under_the_old_text(
    root, tmp_path, monkeypatch
):
    read = parse.model

    def read_and_save(*arguments):
        changed_macro(root, monkeypatch)
        return read(*arguments)

    monkeypatch.setattr(parse, "model", read_and_save)
    load_models()
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content.replace(b"fct_a", b"fct_b"),
        lambda content: content.partition(b"\n")[0] + b"\n[]",
        lambda content: b"\xff" + content,
        lambda content: b"{}",
    ],
)
def test_a_damaged_file_is_written_anew(root, tmp_path, readings, damage):
    found = load_models()
    (file,) = kept(tmp_path)
    content = file.read_bytes()
    file.write_bytes(damage(content))
    readings.clear()
    assert load_models() == found
    assert readings
    assert file.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_no_error(root, tmp_path, readings):
    (tmp_path / "cache").write_text("no folder")
    assert load_models() == load_models()
    assert len(readings) == 2 * len(FILES)


def test_nobody_s_home_is_no_error(root, monkeypatch, readings):
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setattr(Path, "home", lambda: Path("/nonexistent/home"))
    assert load_models() == load_models()

    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    assert load_models()


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_the_umask_is_honoured(root, tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        load_models()
    finally:
        os.umask(before)
    (file,) = kept(tmp_path)
    assert file.stat().st_mode & 0o777 == mode
    assert file.parent.stat().st_mode & 0o077 == 0o077 & ~umask


def test_only_the_last_few_are_kept(root, tmp_path):
    for number in range(12):
        (root / "macros.sql").write_text(MACROS.replace("1", str(number)))
        load_models()
    assert len(kept(tmp_path)) == 8
    newest = f"models-{fingerprint()}.json"
    assert newest in [file.name for file in kept(tmp_path)]


BUILD = """
import sys
from sotw.__main__ import main
sys.argv = ["sotw", "build"]
try:
    main()
except SystemExit as end:
    assert not end.code
slow = {"sqlglot", "jinja2", "pyarrow", "numpy", "pandas", "sklearn", "rich"}
print(sorted(slow & set(sys.modules)))
"""


def test_a_second_build_imports_no_parser_and_nothing_that_reads_files(tmp_path):
    plays = tmp_path / "plays.csv"
    plays.write_text("uts,artist,track\n1704100000,Okto,Arms\n1704100060,Okto,Legs\n")
    environment = os.environ | {
        "SOTW_WAREHOUSE": str(tmp_path / "sotw.duckdb"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    python = [sys.executable, "-W", "error"]
    for command in (["-m", "sotw", "ingest", plays], ["-m", "sotw", "build"], ["-c", BUILD]):
        done = subprocess.run(
            [*python, *command], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "text", ["", "select 1 }} %}\n", "a\n\n\n", "no line end", "{ {} { %} -- %\n", "\r\nb\r"]
)
def test_a_text_without_marks_is_what_jinja_would_make_of_it(tmp_path, text):
    (tmp_path / "a.sql").write_bytes(text.encode())
    assert render.render("a.sql", tmp_path) == (
        render._environment(tmp_path).get_template("a.sql").render()
    )
