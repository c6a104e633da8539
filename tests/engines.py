"""What a comparison of two engines needs: nasty histories, an exact comparison, a real cluster."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import socket
import subprocess
import threading
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import engines_identity
import engines_told
import histories

from sotw import warehouse
from sotw.settings import POLICIES, AttributionSettings, ListenerSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sotw.pipeline.models import Model
    from sotw.warehouse import Connection

TOLERANCE = 1e-12
# Found without importing it, which takes a second.
SPARK_HOME = Path(str(getattr(find_spec("pyspark"), "origin", "pyspark/"))).parent
# Composed and decomposed, joined emoji, right to left, other planes, ligatures, invisible letters,
# capitals that lower to two letters, and what SQL, patterns and folders may trip over.
SONGS = [
    ("İstanbul ﬁlm", "Straße ſ"), ("Beyonce\u0301", "Déjà\u00a0Vu"), ("👩‍👩‍👧‍👦", "𝔘nicode 🎧"),
    ("שלום", "مرحبا \u200f!"), ("ＡＢＣ", "東京\u3000タワー"), ("O'Brien \"x\"", "50% \\b_\\w $1"),
    ("a\u200bb", "tab\there\nline"), ("ǅ ΌΣΟΣ", "ὈΔΥΣΣΕΎΣ"), ("bucket=1/..", "null"), ("x", "-"),
]  # fmt: skip


def adversarial() -> histories.History:
    """Random rows over a turn of the year and changes of clocks, and rows that are meant badly."""
    base = histories.listening(1, listeners=2, weeks=18)
    raw = {table: list(rows) for table, rows in base.raw.items()}
    names = histories.Names.of(raw["names"])
    raw["names"] = names.rows
    tracks = [names.track(artist, title) for artist, title in SONGS]
    zones = {3: "America/New_York", 4: "Pacific/Apia", 5: "Asia/Beirut"}
    settings = dict(base.settings.listeners)
    # Of the listeners with outcomes one shares an account; of the other too little is kept.
    for name, least in (("listener 1", 1), ("listener 2", 5000)):
        settings[name] = replace(
            settings[name],
            attribution=AttributionSettings("PT", min_kept_plays=least),
            favorite_artists=("Ἀrtist", "x"),
        )
    for listener_id, zone in zones.items():
        name = f"listener {listener_id} — ñandú 🎵"
        raw["listeners"].append(
            {
                "listener_id": listener_id,
                "listener": name,
                "is_demo": False,
                "created_at": dt.datetime(2024, 1, 1),
            }
        )
        settings[name] = ListenerSettings(
            time_zone=zone,
            week_ends_on=listener_id % 7,
            charts_by="work" if listener_id == 3 else "track",
            artist_credits="all" if listener_id == 3 else "first",
        )
    raw["plays"] += _nasty_plays(tracks)
    # One play at the turn of the year; listener 5 has none.
    raw["plays"] += histories.plays(
        4, [dt.datetime(2020, 12, 31, 23, 59, 59, 999999)], tracks[0], album_name_id=None
    )
    # Long before, so that what came after an instant of taste is known.
    raw["plays"] += histories.plays(3, [dt.datetime(2020, 10, 20, 12)], tracks[1])
    raw["picks"] += [
        {
            "listener_id": 3,
            "picked_at": dt.datetime(2021, 1, 2, 5, 0, 0, 1) + dt.timedelta(days=7 * week),
            # The last one was never played.
            "track_name_id": tracks[week % 3] if week < 7 else names.track("Nobody", "Heard"),
            "source": "favorites",
            "week_ending": dt.date(2021, 1, 2) if week == 4 else None,
            "spotify_track_id": None,
        }
        for week in range(8)
    ]
    raw["playlist_items"] += [
        {
            "listener_id": 3,
            "source": "spotify",
            "playlist": "Söngs of the wéek 🎵" if week < 9 else "50% \\'x'",
            "track_name_id": tracks[week % 7],
            "added_at": dt.datetime(2021, 1, 2, 12) + dt.timedelta(days=7 * (week % 9)),
            "spotify_track_id": None if week % 2 else "sp00",
            "import_id": 1,
            "line": None,
        }
        for week in range(12)
    ]
    raw["library_items"] = [
        {
            "listener_id": 3,
            "source": "spotify",
            "track_name_id": track,
            "spotify_track_id": None if place % 2 else f"sp {place}'",
            "fetched_at": dt.datetime(2021, 1, 1),
            "import_id": 1,
            "line": place,
        }
        for place, track in enumerate(tracks)
    ]
    # A show at the turn of the year, one to come, and one of somebody never played.
    raw["live_shows"] += [
        {
            "listener_id": 3,
            "source": "nötes",
            "artist_name_id": names.artist(artist),
            "show_date": day,
            "import_id": 1,
            "line": None,
        }
        for artist, day in [
            (SONGS[0][0], dt.date(2020, 12, 31)),
            (SONGS[1][0], base.as_of.date()),
            ("Nobody", dt.date(2021, 1, 2)),
        ]
    ]
    raw["audio_features"] = [
        {
            "track_name_id": tracks[0] if number else None,
            "artist_name_id": None if number else names.artist("x"),
            "feature_source": "rosamerica",
            "fetched_at": dt.datetime(2021, 1, 1, 0, 0, 0, number),
            "energy": number / 3,
            "import_id": 1,
            "line": number + 1,
        }
        for number in range(3)
    ]
    # Exact halves: what is in decimals one engine may write otherwise.
    raw["catalogue_rows"] = [
        {
            "feature_source": "hïts" if number % 3 else "50% \\'x'",
            "track_name_id": track,
            "fetched_at": dt.datetime(2021, 1, 1),
            "spotify_track_id": None if number % 2 else f"sp {number}'",
            "release_date": ("1998", "2004-02-29", "0999", None)[number % 4],
            "duration_ms": None if number == 4 else 180_000 + number,
            "popularity": None if number == 5 else 11 * number % 101,
            "artist_popularity": 7 * number,
            "genre_keys": (None, "k-pop|ロック", "r&b/soul", "urbano latino")[number % 4],
            "danceability": 0.5 if number < 7 else 1.5,
            "energy": number / 16,
            "key": number - 1.0,
            "loudness": -8.0 if number % 3 else 87.0,
            "mode": number % 2 * 1.0,
            "valence": None,
            "tempo": None if number == 8 else 90.5 + number,
            "unread": "|valence=1e3|tempo=½ fast|" if number == 8 else None,
            "import_id": 1,
            "line": None if number == 0 else number,
        }
        for number, track in enumerate([*tracks, tracks[1]])
    ]
    raw["album_stats"] = [
        {
            "album_name_id": names.album(SONGS[number][0], "Álbum №1"),
            "source": "lastfm",
            "fetched_at": dt.datetime(2021, 1, 1, 0, 0, 0, 500000),
            "album_mbid": None,
            "listeners": None if number else 12,
            "playcount": 2**40,
            "import_id": 1,
            "line": number + 1,
        }
        for number in range(3)
    ]
    raw["imports"] = [
        {
            "import_id": 1,
            "imported_at": dt.datetime(2024, 1, 1),
            "listener_id": 1,
            "format": "lastfm",
            "file": "döner \\ 'x'.csv",
            "sha256": "0" * 64,
            "bytes": 2**33,
            "rows_read": 3,
            "rows_kept": 1,
            "rows_known": 1,
            "rows_rejected": 1,
            "note": None,
        }
    ]
    engines_identity.add(raw, names, tracks)
    engines_told.add(raw, names, tracks)
    raw["rejects"] = [
        {"import_id": 1, "line": None, "reason": "no time", "record": '{"käse": "\\u0000"}'},
        {"import_id": 1, "line": 2, "reason": "no time", "record": None},
    ]
    return histories.History(
        raw, Settings(cutoff_policies=POLICIES, listeners=settings), base.as_of
    )


def _nasty_plays(tracks: list[int]) -> list[dict[str, Any]]:
    """Ties, parts of seconds, borders of weeks and years, and hours that are skipped or twice."""
    tick = dt.timedelta(microseconds=1)
    borders = [
        dt.datetime(2021, 1, 1, 5),  # the year in New York
        dt.datetime(2021, 3, 14, 7),  # clocks go forward there
        dt.datetime(2020, 11, 29, 5),
        # A gap in the log after the fourth week.
        *(dt.datetime(2020, 12, 3, 5) + dt.timedelta(days=7 * week) for week in range(4)),
        *(dt.datetime(2021, 1, 28, 5) + dt.timedelta(days=7 * week) for week in range(6)),
    ]
    rows = []
    for number, border in enumerate(borders):
        for place, track in enumerate(tracks):
            # Equal counts in most weeks: every rank is decided by its tiebreak.
            times = [border - tick, border, border + tick, border + dt.timedelta(hours=9)]
            if place < 4:
                times.append(border + dt.timedelta(days=2, seconds=number, microseconds=place))
            rows += histories.plays(
                3, times, track, payload='{"ms_played": 1, "ü": null}', line=None
            )
            rows += histories.plays(3, times[1:2], track, source="spotify")
    # A play inside another one.
    noon = dt.datetime(2021, 2, 10, 12)
    for track, minute, length in ((tracks[0], 0, 3_600_000), (tracks[1], 7, 60_000)):
        at = noon + dt.timedelta(minutes=minute)
        rows += histories.plays(3, [at], track, source="spotify", ms_played=length)
    return rows


def skewed(*, listeners: int = 15, plays: int = 20_000) -> histories.History:
    """Many listeners, of whom the first has 30 % of all plays."""
    base = histories.listening(2, listeners=listeners, weeks=9)
    raw = {table: list(rows) for table, rows in base.raw.items()}
    tracks = sorted(row["name_id"] for row in raw["names"] if row["kind"] == "track")
    first = min(row["played_at"] for row in raw["plays"])
    weeks = 9 * 7 * 86_400

    def more(listener_id: int, count: int) -> list[dict[str, Any]]:
        return [
            row
            for place in range(count)
            for row in histories.plays(
                listener_id,
                [first + dt.timedelta(seconds=place * weeks // count, microseconds=1)],
                tracks[place * place % len(tracks)],
            )
        ]

    of_first = sum(row["listener_id"] == 1 for row in raw["plays"])
    added = int(0.3 * (len(raw["plays"]) + plays)) - of_first
    raw["plays"] += more(1, added)
    for listener_id in range(2, listeners + 1):
        raw["plays"] += more(listener_id, (plays - added) // (listeners - 1))
    return histories.History(raw, base.settings, base.as_of)


def differences(con: Connection, models: Sequence[Model], folder: Path) -> list[str]:
    """How the Parquet of models differs from their tables: columns, types, rows.

    Doubles may differ by 1e-12 of their size, all else not at all.
    """
    return [fault for model in models for fault in _differences(con, model, folder)]


def _differences(con: Connection, model: Model, folder: Path) -> list[str]:
    files = warehouse.quoted(f"{folder}/{model.schema}/{model.table}/*.parquet")
    other = f"read_parquet({files})"
    kinds, other_kinds = (
        {row[0]: _kind(row[1]) for row in con.execute(f"describe from {table}").fetchall()}
        for table in (model.name, other)
    )
    if list(kinds.items()) != list(other_kinds.items()):
        changed = set(kinds.items()) ^ set(other_kinds.items())
        return [f"{model.name}: columns {sorted(changed) or 'in another order'}"]
    is_double = {name: kind == "DOUBLE" for name, kind in kinds.items()}
    order = ", ".join(sorted(kinds, key=lambda name: is_double[name]))
    rows, others = (
        con.execute(f"select * from {table} order by {order}").fetchall()
        for table in (model.name, other)
    )
    if len(rows) != len(others):
        return [f"{model.name}: {len(rows)} rows on DuckDB, {len(others)} on Spark"]
    return [
        f"{model.name}: {name} = {one!r} on DuckDB, {two!r} on Spark, in {row}"
        for row, other_row in zip(rows, others, strict=True)
        for name, one, two in zip(kinds, row, other_row, strict=True)
        if not _is_same(one, two)
    ][:3]


def _kind(name: str) -> str:
    """A type, whole numbers of any width being one."""
    whole = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
    for one in whole:
        name = name.replace(one, "whole") if name.split("[")[0] == one else name
    return "VARCHAR" if name == "JSON" else name


def _is_same(one: object, two: object) -> bool:
    if isinstance(one, float) and isinstance(two, float):
        if one != one or two != two:
            return one != one and two != two
        return abs(one - two) <= TOLERANCE * max(1.0, abs(one), abs(two)) or one == two
    return type(one) is type(two) and one == two


@contextlib.contextmanager
def standalone_cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A master and two workers of a core each on loopback; all end with the block.

    Yields:
        The master's address, and the workers.
    """
    started: list[subprocess.Popen[str]] = []
    drains: list[threading.Thread] = []

    def start(role: str, *arguments: str, until: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [SPARK_HOME / "bin" / "spark-class", f"org.apache.spark.deploy.{role}", *arguments],
            env={**os.environ, "SPARK_HOME": str(SPARK_HOME), "SPARK_LOCAL_IP": "127.0.0.1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            # A group of its own: a worker's executor is killed with it.
            start_new_session=True,
        )
        started.append(process)
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if until in line:
                break
        else:
            raise AssertionError(f"{role} did not start:\n{''.join(said)}")
        # Nobody reads on, and a full pipe would stop it.
        drains.append(threading.Thread(target=_drain, args=(process.stderr,), daemon=True))
        drains[-1].start()
        return process

    common = ("--host", "127.0.0.1", "--webui-port", "0", "--port")
    try:
        address = f"spark://127.0.0.1:{free_port()}"
        start("master.Master", *common, address.rsplit(":")[-1], until="New state: ALIVE")
        place = ("--work-dir", str(folder), "--cores", "1", "--memory", "1g", address)
        ready = "Successfully registered with master"
        workers = [start("worker.Worker", *common, "0", *place, until=ready) for _ in range(2)]
        yield address, workers
    finally:
        for process in reversed(started):
            kill(process)
        for drain in drains:
            drain.join()


def _drain(stream: IO[str]) -> None:
    with stream:
        stream.read()


def kill(process: subprocess.Popen[str]) -> None:
    """End a process with all it started, as a machine does that is switched off."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
