"""The secret scan of pre-commit finds a key, and nothing in what the project keeps."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = {".py", ".sql", ".md", ".toml", ".yml", ".csv", ".json", ".txt", ".example", ""}


def scan(*files: Path) -> subprocess.CompletedProcess[str]:
    config = (ROOT / ".pre-commit-config.yaml").read_text()
    entry = re.search(r"entry: \.venv/bin/(detect-secrets-hook.*)", config)
    assert entry
    program, *options = entry[1].split()
    hook = Path(sys.executable).parent / program
    return subprocess.run([hook, *options, *files], cwd=ROOT, capture_output=True, text=True)


def test_a_planted_key_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "client.py"
    planted.write_text(f'API_KEY = "{bytes(range(9, 250, 15)).hex()}"\n')
    result = scan(planted)
    assert result.returncode == 1
    assert "client.py:1" in result.stdout


@pytest.mark.slow  # the hook has looked at each file when it was committed
def test_no_file_of_the_project_holds_a_secret() -> None:
    folders = (".ci", ".github", "sotw", "sql", "tests")
    files = [path for path in ROOT.glob("*") if path.suffix in {".toml", ".md"}]
    files += [ROOT / ".env.example", ROOT / "Makefile"]
    files += [path for folder in folders for path in sorted((ROOT / folder).rglob("*"))]
    files = [f for f in files if f.is_file() and f.suffix in TEXT and "__pycache__" not in f.parts]
    result = scan(*files)
    assert result.returncode == 0, result.stdout
