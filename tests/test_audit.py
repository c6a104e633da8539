"""`sotw audit` says what was found, what to do about it, and whether the sums agree."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import histories
import pytest
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.checks import audit
from sotw.checks.audit import Audit
from sotw.errors import SotwError
from sotw.paths import sql_root
from sotw.pipeline.models import load_models
from sotw.settings import Settings

NOW = dt.datetime(2024, 6, 1, 12)
PLAYED = dt.datetime(2024, 5, 1, 20)


def raw() -> histories.Raw:
    """Me with two services, a gap and a reject, Ana with one play."""
    names = histories.Names()
    song, other = names.track("Mira", "Dawn"), names.track("Lumen", "Tide")
    hours = [PLAYED + dt.timedelta(hours=hour) for hour in range(5)]
    rows = histories.plays(1, hours, song, source="spotify", ms_played=200_000)
    rows += histories.plays(1, [at + dt.timedelta(seconds=7) for at in hours[:2]], song)
    rows += histories.plays(1, [PLAYED - dt.timedelta(days=20)], other)
    rows += histories.plays(2, hours[:1], other)
    imports = [
        {
            "import_id": number,
            "imported_at": NOW - dt.timedelta(days=1),
            "listener_id": number,
            "format": form,
            "file": f"{form}.csv",
            "sha256": "0",
            "bytes": 1,
            "rows_read": read,
            "rows_kept": kept,
            "rows_known": 1,
            "rows_rejected": read - kept - 1,
        }
        for number, form, read, kept in ((1, "lastfm", 10, 8), (2, "koito", 2, 1))
    ]
    return {
        "listeners": [
            {"listener_id": number, "listener": name, "is_demo": False, "created_at": NOW}
            for number, name in ((1, "me"), (2, "ana"))
        ],
        "names": names.rows,
        "plays": rows,
        "imports": imports,
        "rejects": [{"import_id": 1, "line": 3, "reason": "no time", "record": "x"}],
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "w.duckdb"
    with warehouse.writing(path) as con:
        histories.load(con, raw())
        histories.build_from_raw(con, load_models(), settings=Settings(), as_of=NOW)
    return path


@pytest.fixture
def built(published: Path, tmp_path: Path) -> Path:
    """A copy that the test may change."""
    return Path(shutil.copy(published, tmp_path / "w.duckdb"))


def run(path: Path, *more: str) -> Any:
    return CliRunner().invoke(app, ["audit", "--warehouse", str(path), *more])


def as_json(path: Path, *more: str) -> dict[str, Any]:
    result = run(path, "--json", *more)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def section(page: str, listener: str, check: str) -> str:
    """What the page says of one check of one listener."""
    of_listener = page.split(f"\n== {listener}\n")[1].split("\n== ")[0]
    return of_listener.split(f"\n{check}\n")[1].split("\n\n")[0]


def test_the_page_has_the_checks_by_listener_with_cases_shares_and_what_to_do(built):
    result = run(built)
    assert result.exit_code == 0
    gap = section(result.stdout, "me", "gap in the log")
    assert re.search(r"2024-04-11 +20\n", gap)
    assert "import another export" in gap
    coverage = section(result.stdout, "ana", "metadata coverage")
    assert re.search(r"album +0  \(0\.0%\)", coverage)
    assert "no time" in section(result.stdout, "me", "record not kept")
    assert "gap in the log" not in result.stdout.split("== ana")[1].split("== me")[0]


def test_the_receipts_and_the_duplicates_are_sums_that_agree(built):
    found = as_json(built)
    assert found["faults"] == []
    assert found["receipts"] == [
        {
            "format": "koito", "files": 1, "read": 2, "kept": 1, "known": 1, "rejected": 0,
            "rejects_stored": 0,
        },
        {
            "format": "lastfm", "files": 1, "read": 10, "kept": 8, "known": 1, "rejected": 1,
            "rejects_stored": 1,
        },
    ]  # fmt: skip
    assert [row["listener"] for row in found["plays"]] == ["ana", "me"]
    me = found["plays"][1]
    assert (me["records"], me["duplicates"], me["plays"], me["counted"]) == (8, 2, 6, 6)
    assert found["duplicates"] == [
        {
            "listener": "me", "reason": "same start", "dropped_from": "lastfm",
            "kept_from": "spotify", "dropped": 2, "kept": 2,
        }
    ]  # fmt: skip


def test_one_listener_can_be_asked_for_alone(built):
    found = as_json(built, "--listener", "ana")
    assert {row["listener"] for row in found["findings"]} == {"ana"}
    assert [row["format"] for row in found["receipts"]] == ["koito"]
    assert [row["listener"] for row in found["plays"]] == ["ana"]
    assert found["duplicates"] == []


def test_the_json_has_every_row_of_the_mart(built):
    found = as_json(built)["findings"]
    with warehouse.reading(built) as con:
        rows = warehouse.rows(con, "from marts.data_quality")
    key = ("listener", "quality_check", "subject", "cases", "cases_share", "meaning")
    assert {tuple(row[name] for name in key) for row in found} == {
        tuple(row[name] for name in key) for row in rows
    }
    assert len(found) == len(rows) > 10


@pytest.mark.parametrize("more", [[], ["--json"], ["--listener", "me"]])
def test_where_nothing_is_built_the_error_says_what_to_run(tmp_path, more):
    path = tmp_path / "w.duckdb"
    result = run(path, *more)
    assert isinstance(result.exception, SotwError)
    assert "no warehouse yet" in str(result.exception)
    with warehouse.writing(path) as con:
        histories.load(con, raw())
    result = run(path, *more)
    assert result.exit_code == 1
    assert str(result.exception) == (
        f"{path}: marts.data_quality is not built yet. Run `sotw build`."
    )


def test_a_mart_of_an_older_sotw_is_an_error_that_says_what_to_run(built):
    with warehouse.writing(built) as con:
        con.execute("drop table core.fct_duplicate_plays")
    result = run(built)
    assert str(result.exception) == f"{built}: built by an older sotw. Run `sotw build` first."


def test_a_listener_who_is_not_there_is_named_with_those_who_are(built):
    result = run(built, "--listener", "Bob")
    assert result.exit_code == 1
    assert str(result.exception) == "no listener is called 'Bob'; there is ana, me."


def test_an_import_after_the_build_is_warned_of(built):
    with warehouse.writing(built) as con:
        (row,) = (row for row in raw()["imports"] if row["import_id"] == 1)
        later = dt.datetime(2124, 1, 1)
        histories.load(con, {"imports": [row | {"import_id": 3, "imported_at": later}]})
    result = run(built)
    assert "Warning: this is not all" in result.stderr
    assert "run `sotw build`" in result.stderr


def test_sums_that_do_not_agree_are_said_to_be_wrong():
    receipt = {
        "format": "lastfm", "files": 1, "read": 10, "kept": 8, "known": 1, "rejected": 1,
        "rejects_stored": 1,
    }  # fmt: skip
    plays = {"listener": "me", "records": 8, "duplicates": 2, "plays": 6}
    dropped = {"listener": "me", "dropped": 2}
    assert list(audit._faults([receipt], [plays], [dropped])) == []
    for rows in (
        ([receipt | {"read": 11}], [plays], [dropped]),
        ([receipt | {"rejects_stored": 0}], [plays], [dropped]),
        ([receipt], [plays | {"records": 9}], [dropped]),
        ([receipt], [plays], [dropped | {"dropped": 1}]),
        ([receipt], [plays], []),
    ):
        (fault,) = audit._faults(*rows)
        wrong = replace(Audit((), (), (), (), (), ()), faults=(fault,))
        assert audit.page(wrong).endswith(f"Wrong, please report it: {fault}")


def test_of_many_days_the_worst_are_shown_and_the_rest_is_summed():
    rows = tuple(
        {
            "listener": "me",
            "quality_check": "gap in the log",
            "subject": f"2024-01-{20 - day}",
            "cases": 100 - day,
            "cases_share": None,
            "meaning": "days",
        }
        for day in range(8)
    )
    page = audit.page(Audit((), (), (), (), rows, ()))
    assert "2024-01-16 " in page
    assert "2024-01-15 " not in page
    assert "and 3 more, with 282" in page


def test_every_check_has_advice_and_all_advice_is_of_a_check():
    sql = [path.read_text(encoding="utf-8") for path in sql_root().rglob("*.sql")]
    checks = {name for text in sql for name in re.findall(r"'([^']+)' as quality_check", text)}
    assert checks == set(audit.ADVICE)
