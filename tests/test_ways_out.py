"""Every way out of a command is one line and an exit code, and leaves no draft."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sotw import __main__ as command
from sotw import warehouse

ROOT = Path(__file__).resolve().parent.parent

# A command that works in a draft for long, in Python or within one query.
WORK = """
import sys, time
from pathlib import Path
import sotw.__main__ as command
from sotw import warehouse
path, where = Path(sys.argv[1]), sys.argv[2]
def app():
    with warehouse.writing(path) as con:
        con.execute("create table big as from range(100)")
        print("working", flush=True)
        if where == "python":
            time.sleep(60)
        elif where == "query":
            con.execute("select sum(hash(i)) from range(100000000000) t(i)").fetchall()
        elif where == "commit":
            con.execute("create table bigger as select i, hash(i) from range(100000000000) t(i)")
    print("published", flush=True)
    time.sleep(60)
command.app = app
command.main()
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sotw.duckdb"
    with warehouse.writing(path):
        pass
    return path


def stopped(path, where, number, wait="working"):
    """Exit code and what was said of a command that gets a signal."""
    running = subprocess.Popen(
        [sys.executable, "-c", WORK, path, where],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in running.stdout:
        if line.strip() == wait:
            break
    time.sleep(0.3)
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    return running.returncode, said


@pytest.mark.parametrize("where", ["python", "query", "commit"])
@pytest.mark.parametrize(
    ("number", "what"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated")]
)
def test_a_signal_is_one_line_and_removes_the_draft(path, where, number, what):
    before = path.read_bytes()
    code, said = stopped(path, where, number)
    assert (code, said) == (128 + number, f"sotw: {what}, the published file is as it was.\n")
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.draft*"))


def test_a_signal_after_the_file_was_published_does_not_say_that_it_is_as_it_was(path):
    code, said = stopped(path, "nothing", signal.SIGINT, wait="published")
    assert code == 130
    assert (
        said == "sotw: interrupted, the published file is whole: the command had just written it.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["demo", "--output", "{file}", "--years", "0.2", "--plays", "600"],
        ["demo", "--output", "/proc/sotw", "--years", "0.2", "--plays", "600"],
        ["--log-file", "{folder}", "doctor"],
        ["--log-file", "{file}/log", "doctor"],
        ["doctor", "--warehouse", "{file}"],
    ],
)
def test_what_cannot_be_written_or_read_is_said_without_a_traceback(tmp_path, arguments):
    (tmp_path / "file").write_text("mine")
    named = [one.format(file=tmp_path / "file", folder=tmp_path) for one in arguments]
    done = subprocess.run(
        [sys.executable, "-m", "sotw", *named],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("sotw: ") == (0 if named[0] == "doctor" else 1)
    assert (tmp_path / "file").read_text() == "mine"


def test_an_output_that_is_full_is_one_line():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sotw", "lineage"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "sotw: No space left on device.\n")


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_doctor_ends_with_an_error_on_a_file_it_cannot_read_and_sends_in_no_circle(
    tmp_path, as_json
):
    path = tmp_path / "sotw.duckdb"
    path.write_bytes(b"no database" * 1000)
    result = CliRunner().invoke(command.app, ["doctor", "--warehouse", str(path), *as_json])
    assert result.exit_code == 1
    assert "does not open" in result.output
    assert "sotw doctor" not in result.output
    path.unlink()
    assert not CliRunner().invoke(command.app, ["doctor", "--warehouse", str(path)]).exit_code
