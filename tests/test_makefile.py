"""The Makefile: what its targets run, and what it installs, keeps and removes.

``make -n`` prints recipes without running them; where something must run, a script in the place
of uv writes down how it was called.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import new_feature
import pytest
from sql_files import from_text
from sql_rules import broken_rules

ROOT = Path(__file__).resolve().parent.parent
TARGETS = [
    "install", "features", "train", "ingest", "demo", "shell",
    "test", "test-all", "lint", "bench", "bench-large", "faults", "feature", "golden", "clean",
]  # fmt: skip


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make with none of the variables that the make or CI around these tests has set."""
    env = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an environment in which only the core is installed."""
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "fake-uv").write_text('#!/bin/sh\necho "$@" >> calls\n')
    (tmp_path / "fake-uv").chmod(0o755)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".made").touch()
    (tmp_path / ".venv" / ".extras").write_text("\n")
    return tmp_path


def calls(checkout: Path, *arguments: str) -> list[str]:
    """How the installer was called."""
    log = checkout / "calls"
    log.unlink(missing_ok=True)
    result = make(checkout, "UV=./fake-uv", *arguments)
    assert result.returncode == 0, result.stderr
    return log.read_text().splitlines() if log.exists() else []


def test_make_alone_lists_every_target_with_what_it_does(checkout: Path) -> None:
    lines = make(checkout).stdout.splitlines()
    listed = dict(line.split(maxsplit=1) for line in lines)
    assert [name for name in listed if name != "help"] == TARGETS


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["features"], "-m sotw build"),
        (["features", "only=feat_momentum"], "-m sotw build --select feat_momentum"),
        (["train", "args=--json"], "-m sotw train --json"),
        (["ingest", "files=a.csv b.zip"], "-m sotw ingest a.csv b.zip"),
        (["demo"], "-m sotw demo"),
    ],
)
def test_a_verb_needs_the_core_alone_and_runs_sotw(
    checkout: Path, arguments: list[str], command: str
) -> None:
    result = make(checkout, "-n", "UV=", *arguments)
    assert [line.strip() for line in result.stdout.splitlines()] == [f".venv/bin/python {command}"]


def test_the_quick_tests_leave_the_slow_ones_out_and_test_all_does_not(checkout: Path) -> None:
    (checkout / ".venv" / ".extras").write_text("dev\n")
    assert '-m "not slow"' in make(checkout, "-n", "test").stdout
    assert '-m "not slow"' not in make(checkout, "-n", "test-all").stdout


def test_targets_that_need_an_extra_install_it_beside_what_is_there(checkout: Path) -> None:
    assert calls(checkout, "install", "EXTRAS=serve,plot") == [
        "sync --quiet --locked --inexact --extra plot --extra serve"
    ]
    (checkout / ".venv" / "bin").mkdir()
    (checkout / ".venv" / "bin" / "python").symlink_to("/bin/true")
    assert calls(checkout, "test") == [
        "sync --quiet --locked --inexact --extra dev --extra plot --extra serve"
    ]
    assert calls(checkout, "shell")[0].endswith("--extra serve --extra shell")


def test_what_is_installed_is_not_installed_again(checkout: Path) -> None:
    assert calls(checkout, "install") == []
    assert len(calls(checkout, "install", "EXTRAS=all")) == 1
    assert calls(checkout, "install", "EXTRAS=all") == []
    assert calls(checkout, "install", "EXTRAS=plot") == []


def test_a_changed_pyproject_installs_again_all_that_was_there(checkout: Path) -> None:
    calls(checkout, "install", "EXTRAS=plot")
    newer = (checkout / ".venv" / ".extras").stat().st_mtime + 10
    os.utime(checkout / "pyproject.toml", (newer, newer))
    assert calls(checkout, "install") == ["sync --quiet --locked --inexact --extra plot"]


def test_a_failed_installation_is_tried_again(checkout: Path) -> None:
    (checkout / "fake-uv").write_text("#!/bin/sh\nexit 3\n")
    assert make(checkout, "UV=./fake-uv", "install", "EXTRAS=plot").returncode != 0
    assert (checkout / ".venv" / ".extras").read_text().split() == []


def test_without_uv_pip_installs_the_same_extras(checkout: Path) -> None:
    result = make(checkout, "-n", "UV=", "install", "EXTRAS=serve,plot")
    assert ".venv/bin/python -m pip install --quiet  -e '.[plot,serve]'" in result.stdout


def test_an_unknown_extra_is_named_with_those_there_are(checkout: Path) -> None:
    result = make(checkout, "install", "EXTRAS=plots")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert result.returncode != 0
    assert "no such extra: plots" in result.stderr
    assert set(project["optional-dependencies"]) <= set(re.findall(r"\w+", result.stderr))


def test_an_old_python_is_refused_with_its_version_and_what_to_type(checkout: Path) -> None:
    old = checkout / "old-python"
    old.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'import sys; sys.version_info = (3, 9); '\"$2\"\n"
    )
    old.chmod(0o755)
    for installer in ("UV=", "UV=./fake-uv"):
        result = make(checkout, installer, "VENV=new", "PYTHON=./old-python", "install")
        assert result.returncode != 0
        assert "Python 3.9; sotw needs 3.11 or newer" in result.stderr
        assert "make PYTHON=" in result.stderr
        assert not (checkout / "new").exists()


def test_clean_removes_outputs_and_keeps_the_warehouse_exports_and_environment(
    checkout: Path,
) -> None:
    removed = ["build/x", "dist/x.whl", "warehouse/rendered/core/x.sql", ".mypy_cache/x"]
    removed += ["sotw/__pycache__/x.pyc"]
    kept = ["warehouse/sotw.duckdb", "warehouse/inbox/x.jsonl", "history.csv", "my.zip"]
    kept += ["sotw.toml", ".env", "tests/recorded/x.csv", ".venv/.made", ".ci/run"]
    for name in removed + kept:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).touch()
    result = make(checkout, "clean")
    assert (result.returncode, result.stderr) == (0, "")
    assert [name for name in removed if (checkout / name).exists()] == []
    assert [name for name in kept if not (checkout / name).exists()] == []


def test_a_feature_is_started_once_and_under_a_name_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_feature, "ROOT", tmp_path)
    (tmp_path / "sql" / "features").mkdir(parents=True)
    assert [new_feature.main(name) for name in ("", "9th", "a b", "../x")] == [2, 2, 2, 2]
    assert new_feature.main("feat_first_hour") == 0
    [started] = (tmp_path / "sql" / "features").iterdir()
    assert started.name == "feat_first_hour.sql"
    assert broken_rules([from_text(started.read_text(), f"features/{started.name}")]) == []
