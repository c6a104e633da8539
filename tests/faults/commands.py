"""Every command that writes, as a person types it, and the folder in which it is attacked."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sotw import __main__ as command
from sotw import warehouse
from sotw.predictors.registry import PREDICTORS

if TYPE_CHECKING:
    from collections.abc import Callable

PICKS = ("One", "Two")
# What a command may say: done, an error that it explains, an ingest of which some was refused.
EXPECTED = (0, 1, 3)
TRACEBACK = 70
_WEEKS, _PLAYS_OF_A_WEEK, _ARTISTS = 24, 24, 9
_LEARNED = "runs models parameters artifacts metrics predictions contributions arrays ledger"


@dataclass(frozen=True, slots=True)
class Command:
    """A command line.

    Attributes:
        line: What is typed after ``sotw``; no argument has a blank.
        output: What it makes beside the warehouse, if it does.
        folder: Where the warehouse stands, from the folder of the attack.
        first: What is done to the folder before.
    """

    line: str
    output: str | None = None
    folder: str = "."
    first: Callable[[Path], None] | None = None


def _writable(folder: Path) -> None:
    (folder / "sotw.duckdb").chmod(0o644)


COMMANDS = {
    "ingest": Command("ingest more.csv --listener ana"),
    "ingest of a demo's owner": Command("ingest more.csv", folder="invented"),
    "build": Command("build"),
    **{f"train {name}": Command(f"train {name}") for name in PREDICTORS},
    "import predictions": Command("import predictions in"),
    "pick": Command("pick --yes --listener ana Okto1_-_Late"),
    "pick --remove": Command("pick --remove --listener ben --week 2024-02-03"),
    "rules add": Command("rules add alias --artist Okto1 --to Okto2"),
    "rules remove": Command("rules remove 1"),
    "rules review": Command("rules review --reject 1"),
    "forget": Command("forget ben --yes"),
    "forget --import": Command("forget --import 1 --yes"),
    "restore": Command("restore old.backup --yes"),
    "doctor --repair": Command("doctor --repair", first=_writable),
    "backup": Command("backup --output new.backup", "new.backup"),
    "demo": Command("demo --output out --plays 600 --years 0.2", "out"),
    "export raw": Command("export raw --output out", "out"),
    "export listenbrainz": Command("export listenbrainz --listener ana --output out", "out"),
    "export lastfm": Command("export lastfm --listener ana --output out", "out"),
    "export parquet": Command("export parquet --listener ana --output out", "out"),
    "export dbt": Command("export dbt --output out", "out"),
    "redact": Command("redact more.csv --output out.csv --seed 1", "out.csv"),
    "playlist": Command("playlist resume --listener ana --output out.csv", "out.csv"),
    "report": Command("report week_favorite --listener ana --output out", "out"),
}


# Seconds of CPU each: these have one turn where the others have three.
TRAININGS = tuple(f"train {name}" for name in PREDICTORS)
SLOW = ("build", *TRAININGS, "forget", "forget --import", "report")
# What these do needs a training before, which takes longer than all of a short attack may.
OF_TRAINED = (*TRAININGS, "import predictions", "playlist", "report")


def run(folder: Path, line: str, *, said: Path | None = None) -> int:
    """Run a command in this process, which is a child's: the exit code, TRACEBACK for a traceback.

    Args:
        folder: Where it is run, with the warehouse.
        line: After ``sotw``.
        said: A file for what it says; else nobody reads it.
    """
    os.chdir(folder)
    os.environ.update(SOTW_WAREHOUSE=str(folder / "sotw.duckdb"), SOTW_LOCK_SECONDS="60")
    os.environ.pop("SOTW_SETTINGS", None)
    sys.argv = ["sotw", *(part.replace("_-_", " - ") for part in line.split())]
    with (said or Path(os.devnull)).open("a") as file:
        sys.stdout = sys.stderr = file
        try:
            command.main()
        except SystemExit as ended:
            return int(ended.code or 0)
        except BaseException:  # noqa: BLE001 - what this is for
            import traceback

            traceback.print_exc()
            return TRACEBACK


def in_child(work: Callable[[], int | None]) -> int:
    """Run something in a process of its own; its answer, TRACEBACK, or minus the signal."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code: int | None = TRACEBACK
    try:
        code = work()
    except BaseException:  # noqa: BLE001 - a child says why it ends
        import traceback

        traceback.print_exc()
    os._exit(code or 0)


def prepare(folder: Path, *, is_trained: bool) -> None:
    """A warehouse that was built, with all that the commands read, and picks that wait.

    Args:
        folder: A new one.
        is_trained: Whether both predictors are trained in it.

    Raises:
        RuntimeError: A command did not do its work without any fault.
    """
    folder.mkdir()
    _history(folder / "first.json")
    _favourites(folder / "favourites.csv")
    # Alike, so that something is proposed.
    rows = ["uts,artist,track", *(f"{1_720_000_000 + n * 300},Okto 1,Arm {n}" for n in range(40))]
    (folder / "more.csv").write_text("\n".join(rows) + "\n")
    lines = [f"ingest first.json favourites.csv --listener {who}" for who in ("ana", "ben")]
    lines += ["ingest more.csv --listener ben", "build"]
    lines += ["train week_favorite", "train completion"] if is_trained else []
    lines += ["rules add alias --artist Okto8 --to Okto9", "rules propose"]
    lines += ["backup --output old.backup"]
    lines += [f"pick --yes --listener ana Okto1_-_{title}" for title in PICKS]
    for line in lines:
        _done(folder, line)
    _done(folder, "demo --output invented/files --plays 600 --years 0.2")
    _done(folder / "invented", "ingest files")
    (folder / "invented" / "more.csv").write_text((folder / "more.csv").read_text())
    if is_trained:
        in_child(lambda: _other_run(folder))
    # Somebody's, with names that a careless program would take.
    for name in (
        "out.partial",
        "sotw.duckdb.draft",
        "sotw.duckdb.tmp",
        "invented/sotw.demo.duckdb",
    ):
        (folder / name).write_text("mine")


def _done(folder: Path, line: str) -> None:
    said = folder / "said"
    if code := in_child(lambda: run(folder, line, said=said)):
        raise RuntimeError(f"sotw {line}: exit code {code}\n{said.read_text()}")
    said.unlink()


def _other_run(folder: Path) -> None:
    """What a training elsewhere leaves: ours, under the number of another run."""
    with warehouse.reading(folder / "sotw.duckdb") as con:
        for table in _LEARNED.split():
            (folder / "in" / "ml" / table).mkdir(parents=True)
            query = f"select * replace ('9' || run_id as run_id) from ml.{table}"
            con.execute(f"copy ({query}) to '{folder}/in/ml/{table}/0.parquet' (format parquet)")


def _history(path: Path) -> None:
    """Half a year of plays with their ends; in every week one song is heard most."""
    start, records = dt.datetime(2024, 1, 1, 8), []
    for week in range(_WEEKS):
        for play in range(_PLAYS_OF_A_WEEK):
            at = start + dt.timedelta(weeks=week, hours=5 * play, minutes=week)
            favourite = play % 3 == 0
            number = week % _ARTISTS if favourite else (week + play) % _ARTISTS
            is_skipped = (play * 7 + week) % 5 == 0
            records.append(
                {
                    "ts": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                    "platform": "ios",
                    "ms_played": 9_000 if is_skipped else 180_000,
                    "conn_country": "PT",
                    "master_metadata_track_name": f"Arms {number % 4}",
                    "master_metadata_album_artist_name": f"Okto{number}",
                    "master_metadata_album_album_name": "Eight",
                    "spotify_track_uri": f"spotify:track:{number:022d}",
                    "reason_start": "clickrow" if play % 2 else "trackdone",
                    "reason_end": "fwdbtn" if is_skipped else "trackdone",
                    "shuffle": False,
                    "skipped": is_skipped,
                    "offline": False,
                    "incognito_mode": False,
                }
            )
    path.write_text(json.dumps(records))


def _favourites(path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["artist_name", "track_name", "spotify_track_id", "added_at_utc"])
        for week in range(_WEEKS):
            number, at = week % _ARTISTS, dt.datetime(2024, 1, 6, 12) + dt.timedelta(weeks=week)
            writer.writerow([f"Okto{number}", f"Arms {number % 4}", f"{number:022d}", at])
