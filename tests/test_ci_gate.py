"""CI fails on a skip nobody expects: the gate is run on reports that pytest itself wrote."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = """
import pytest

def test_passes():
    pass

@pytest.mark.skip(reason="no data here")
@pytest.mark.parametrize("kind", ["a", "b"])
def test_reads(kind):
    pass

@pytest.mark.xfail(reason="known")
def test_known():
    assert False
"""


def run_pytest(folder: Path, source: str, name: str = "test_planted.py") -> Path:
    (folder / name).write_text(source)
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    subprocess.run(
        [*command, "--rootdir", folder, "-c", "/dev/null", "--junit-xml", report, name],
        cwd=folder,
        capture_output=True,
    )
    return report


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_pytest(tmp_path_factory.mktemp("planted"), TESTS)


def gate(report: Path, expected: str) -> subprocess.CompletedProcess[str]:
    list_file = report.with_suffix(".txt")
    list_file.write_text(expected)
    return subprocess.run(
        [sys.executable, ROOT / ".ci" / "skips.py", report, list_file],
        capture_output=True,
        text=True,
    )


def test_a_skip_that_is_not_listed_fails_and_is_named_with_its_reason(report: Path) -> None:
    result = gate(report, "# nothing is expected\n")
    assert result.returncode == 1
    assert "UNEXPECTED SKIP test_planted::test_reads[a]: no data here" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 passed, 0 failed, 2 skipped"


def test_a_listed_skip_passes_and_an_expected_failure_is_no_skip(report: Path) -> None:
    result = gate(report, "test_planted::test_reads* | no data*\n")
    assert (result.returncode, result.stdout) == (0, "1 passed, 0 failed, 2 skipped\n")


@pytest.mark.parametrize(
    "line",
    [
        "test_planted::test_reads[a] | no data here",
        "test_planted::test_reads* | another reason",
        "test_other::* | no data here",
        "* | no data here | pyproject.toml",
    ],
)
def test_another_test_another_reason_or_a_path_that_is_there_excuses_nothing(
    report: Path, line: str
) -> None:
    assert gate(report, line).returncode == 1


def test_a_skip_for_want_of_a_path_is_expected_while_the_path_is_absent(report: Path) -> None:
    assert gate(report, "* | no data here | no/such/path").returncode == 0


def test_a_module_skipped_at_import_fails_with_its_own_reason(tmp_path: Path) -> None:
    source = "import pytest\npytest.skip('no such library', allow_module_level=True)\n"
    result = gate(run_pytest(tmp_path, source), "")
    assert result.returncode == 1
    assert "no such library" in result.stdout


def test_a_failing_test_or_no_test_at_all_fails(tmp_path: Path) -> None:
    failing = run_pytest(tmp_path, "def test_a():\n    assert 0\n")
    assert gate(failing, "").stdout == "0 passed, 1 failed, 0 skipped\n"
    assert gate(failing, "").returncode == 1
    assert gate(run_pytest(tmp_path, "", name="test_none.py"), "").returncode == 1


def test_a_missing_report_or_a_line_that_is_no_rule_is_refused(report: Path) -> None:
    assert "missing" in gate(report.with_name("none.xml"), "").stderr
    assert ":1: 'test_planted' is not" in gate(report, "test_planted\n").stderr


def test_the_list_of_the_project_is_well_formed(report: Path) -> None:
    result = gate(report, (ROOT / ".ci" / "expected-skips.txt").read_text())
    assert result.stderr == ""
