"""What is installed works away from the checkout, and an editable install reads the checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
COUNT_MODELS = (
    "from sotw.paths import sql_root; from sotw.pipeline.models import load_models; "
    "print(sql_root(), len(load_models()))"
)


def run(*command: str | Path, cwd: Path) -> str:
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    return result.stdout


def sql_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a package is built from, in a place of its own."""
    target = tmp_path_factory.mktemp("checkout")
    for name in ("pyproject.toml", "README.md", "LICENSE", "Makefile", ".gitignore"):
        shutil.copy(ROOT / name, target / name)
    for name in ("sotw", "sql"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.fixture(scope="module")
def wheel(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive as an installer does, without the network."""
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", target, copy, cwd=target)
    return next(target.glob("*.whl"))


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A fresh environment that borrows this one's libraries, but not its sotw.

    A .pth file named in another is not followed, so our own editable install is not seen.
    """
    target = tmp_path / "venv"
    run(sys.executable, "-m", "venv", target, cwd=tmp_path)
    site = next(target.glob("lib/python*/site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return target


def pip_install(venv: Path, *what: str | Path) -> None:
    pip = (venv / "bin" / "python", "-m", "pip", "install", "--no-deps", "--no-index")
    run(*pip, "--no-build-isolation", *what, cwd=venv)


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_all_sql_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    held = {name.removeprefix("sotw/sql/") for name in names if name.startswith("sotw/sql/")}
    assert held == sql_files(ROOT / "sql")
    assert "sotw/__main__.py" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sotw"}


@pytest.mark.slow
def test_an_installed_wheel_runs_and_loads_its_models_away_from_the_checkout(
    wheel: Path, venv: Path
) -> None:
    pip_install(venv, wheel)
    for command in ([venv / "bin" / "sotw"], [venv / "bin" / "python", "-m", "sotw"]):
        assert "ingest" in run(*command, "--help", cwd=venv)
    root, count = run(venv / "bin" / "python", "-c", COUNT_MODELS, cwd=venv).split()
    assert Path(root).is_relative_to(venv)
    assert int(count) > 0


@pytest.mark.slow
def test_an_editable_install_sees_a_new_sql_file_of_the_checkout_at_once(
    copy: Path, venv: Path, tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(copy, checkout)
    pip_install(venv, "-e", checkout)
    python = venv / "bin" / "python"
    root, before = run(python, "-c", COUNT_MODELS, cwd=venv).split()
    assert Path(root) == checkout / "sql"
    new = "-- A week.\n-- grain: week_ending\nselect week_ending from core.dim_weeks\n"
    (checkout / "sql" / "core" / "new_weeks.sql").write_text(new)
    _, after = run(python, "-c", COUNT_MODELS, cwd=venv).split()
    assert int(after) == int(before) + 1
    assert not list(venv.glob("lib/python*/site-packages/sotw"))


def test_the_extra_all_holds_every_other() -> None:
    extras = project()["optional-dependencies"]
    assert len(extras["all"]) == 1
    inside = re.fullmatch(r"sotw\[(.*)\]", extras["all"][0])
    assert inside
    assert set(inside[1].split(",")) == set(extras) - {"all"}


def test_every_dependency_has_a_floor() -> None:
    extras = project()["optional-dependencies"]
    listed = project()["dependencies"] + [
        requirement for name in extras if name != "all" for requirement in extras[name]
    ]
    assert [
        one for one in listed if not re.fullmatch(r"[a-z0-9-]+>=[0-9.]+(,<[0-9.]+)?", one)
    ] == []


def test_the_lock_has_what_pyproject_asks_for_from_the_public_index_alone() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    ours = next(package for package in lock if package["name"] == "sotw")
    locked = {
        (entry["name"], entry.get("specifier", ""), entry.get("marker", ""))
        for entry in ours["metadata"]["requires-dist"]
        if entry["name"] != "sotw"
    }
    wanted = [(one, "") for one in project()["dependencies"]]
    for extra, requirements in project()["optional-dependencies"].items():
        marker = f"extra == '{extra}'"
        wanted += [(one, marker) for one in requirements if not one.startswith("sotw[")]
    assert locked == {
        (name, floor + specifier, marker)
        for one, marker in wanted
        for name, floor, specifier in [one.partition(">=")]
    }
    sources = {str(package["source"]) for package in lock}
    assert sources == {"{'registry': 'https://pypi.org/simple'}", "{'editable': '.'}"}
