"""What a person listens to must not be committed by accident; what the tests need must be."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

KEPT_OUT = [
    # the warehouse and what writers leave beside it
    "warehouse/sotw.duckdb",
    "warehouse/sotw.duckdb.draft-0123456789abcdef",
    "warehouse/sotw.duckdb.wal",
    "warehouse/sotw.duckdb.lock",
    "warehouse/sotw.duckdb.lock.json",
    "warehouse/sotw.demo.duckdb",
    "warehouse/sotw.duckdb.inbox.jsonl",
    "warehouse/sotw.duckdb.wal.foreign-20260101T000000",
    "warehouse/rendered/features/feat_momentum.sql",
    "warehouse/inbox/picks.jsonl",
    "warehouse/my notes.txt",
    "elsewhere/mine.duckdb",
    "elsewhere/mine.db",
    "elsewhere/mine.db.draft-0123456789abcdef.tmp/inbox/a.jsonl",
    "elsewhere/mine.db.inbox.jsonl",
    "inbox/picks.jsonl",
    # exports, wherever they are put
    "Streaming_History_Audio_2019-2020_3.json",
    "exports/StreamingHistory_music_0.json",
    "endsong_0.json",
    "my_spotify_data.zip",
    "recenttracks-someone-1700000000.csv",
    "lastfm_someone.csv",
    "listenbrainz_someone_1700000000.zip",
    "history.csv",
    "data/plays.parquet",
    "tests/Streaming_History_Audio_2019.json",
    "tests/ingest/lastfm_someone.csv",
    "tests/my.duckdb",
    # settings, secrets, outputs
    "sotw.toml",
    ".env",
    ".env.local",
    ".venv/bin/python",
    "build/ci/test.xml",
    "dist/sotw-0.1.0-py3-none-any.whl",
    "sotw/__pycache__/build.cpython-311.pyc",
    "tests/recorded/__pycache__/make.cpython-311.pyc",
    "sotw.log",
]
LET_IN = [
    "pyproject.toml",
    "uv.lock",
    "README.md",
    ".env.example",
    ".ci/run",
    ".ci/expected-skips.txt",
    ".github/workflows/ci.yml",
    "sql/features/feat_momentum.sql",
    "sotw/build.py",
    "sotw/web/package.json",
    "warehouse/README.md",
    "warehouse/.gitignore",
    "warehouse/superset/dashboards/plays.yaml",
    "warehouse/superset/bundle.zip",
    "tests/golden/marts.training_week_favorite.csv",
    "tests/recorded/lastfm_to_csv.csv",
    "tests/recorded/Streaming_History_Audio_2019.json",
    "tests/recorded/endsong_0.json",
    "tests/recorded/zipped.zip",
    "tests/recorded/warehouses/v1.duckdb",
    "tests/ingest/expected.json",
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with our ignore files and nothing else, so that ours alone decide."""
    root = tmp_path_factory.mktemp("repository")
    git(root, "init", "--quiet")
    for name in (".gitignore", "warehouse/.gitignore"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    return root


def git(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    # An ignore file of the person who runs the tests must not decide either.
    return subprocess.run(
        ["git", "-c", "core.excludesFile=", *command], cwd=root, capture_output=True, text=True
    )


def is_ignored(root: Path, path: str) -> bool:
    answer = git(root, "check-ignore", "--no-index", "--quiet", path)
    assert answer.returncode in (0, 1), answer.stderr
    return answer.returncode == 0


@pytest.mark.parametrize("path", KEPT_OUT)
def test_listening_data_secrets_and_outputs_are_ignored(repository: Path, path: str) -> None:
    assert is_ignored(repository, path)


@pytest.mark.parametrize("path", LET_IN)
def test_what_the_project_keeps_is_not_ignored(repository: Path, path: str) -> None:
    assert not is_ignored(repository, path)


def test_no_file_of_the_tests_sql_or_package_is_ignored(repository: Path) -> None:
    files = [
        path.relative_to(ROOT).as_posix()
        for folder in ("tests", "sql", "sotw")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(files) > 20
    listed = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=repository,
        input="\n".join(files),
        capture_output=True,
        text=True,
    )
    assert listed.stdout.splitlines() == []
