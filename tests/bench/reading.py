"""`make bench`, second half: what it costs to read exports, against bare reads in the same run.

    python tests/bench/reading.py [records] [rounds]

Writes four files of a million invented plays each into a temporary folder: a Spotify extended
history (700 MB), listens of ListenBrainz as its export has them, a lastfm-to-csv table, and one
with headings as ghan.nl's tool writes it. *bare* is DuckDB's own read of the same fields into a
file; *ingest* is all of it: fingerprint, names, judging, receipt, in an empty warehouse. Each is a
process of its own, in turn, and the least of some rounds is printed: CPU seconds (user and
system) after the imports, and the most memory. Other work on the machine only ever adds.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from sotw import warehouse
from sotw.ingest import ingest

RECORDS = 1_000_000
ROUNDS = 3
_ARTISTS, _TRACKS = 4_000, 60_000
_START = dt.datetime(2011, 1, 1)
_HERE = Path(__file__)
_BARE_CSV = "create or replace table bare as from read_csv(?, header = {}, all_varchar = true)"
# As bare as it gets: the fields that sotw keeps, as texts, cast where they are none.
_BARE = {
    "spotify.json": _HERE.with_name("bare_json.sql").read_text(encoding="utf-8"),
    "listens.jsonl": _HERE.with_name("bare_listens.sql").read_text(encoding="utf-8"),
    "headless.csv": _BARE_CSV.format("false"),
    "headed.csv": _BARE_CSV.format("true"),
}


def main() -> None:
    """Write the files, then measure; with ``bare`` or ``ingest`` and a file, one measurement."""
    if sys.argv[1:2] in (["bare"], ["ingest"]):
        _measure(sys.argv[1], Path(sys.argv[2]))
        return
    records, rounds = (*map(int, sys.argv[1:]), *(RECORDS, ROUNDS)[len(sys.argv) - 1 :])
    writers = {
        "spotify.json": write_spotify,
        "listens.jsonl": write_listens,
        "headless.csv": write_table,
        "headed.csv": write_headed_table,
    }
    with tempfile.TemporaryDirectory(prefix="sotw-bench-") as folder:
        print(f"{records:,} records; least of {rounds} rounds; CPU seconds, MB at most")
        print(f"{'':<14} {'file':>6} {'bare':>7} {'MB':>5} {'ingest':>7} {'MB':>5} {'ratio':>6}")
        for name, write in writers.items():
            file = Path(folder, name)
            write(file, records)
            runs = [[_run(way, file) for way in ("bare", "ingest")] for _ in range(rounds)]
            bare, ours = ([min(run[way][at] for run in runs) for at in (0, 1)] for way in (0, 1))
            print(
                f"{name:<14} {file.stat().st_size / 1e6:6.0f} {bare[0]:7.2f} {bare[1]:5.0f}"
                f" {ours[0]:7.2f} {ours[1]:5.0f} {ours[0] / bare[0]:6.2f}",
                flush=True,
            )
            file.unlink()


def _run(way: str, file: Path) -> tuple[float, float]:
    command = [sys.executable, str(_HERE), way, str(file)]
    seconds, megabytes = subprocess.check_output(command, text=True).split()
    return float(seconds), float(megabytes)


def _measure(way: str, file: Path) -> None:
    started = time.process_time()
    with tempfile.TemporaryDirectory(prefix="sotw-bench-") as folder:
        path = Path(folder, "x.duckdb")
        if way == "bare":
            with duckdb.connect(str(path)) as con:
                con.execute(_BARE[file.name], [str(file)])
        else:
            with warehouse.writing(path) as con:
                report = ingest(con, [file], "bench", now=dt.datetime(2100, 1, 1))
                assert len(report.receipts) == 1, report
    seconds = time.process_time() - started
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def write_listens(file: Path, records: int) -> None:
    """Listens as the export of ListenBrainz has them, half of them mapped, by a fixed seed."""
    chance = random.Random(8)
    moment = _START
    with file.open("w", encoding="utf-8") as stream:
        for number in range(records):
            moment += dt.timedelta(seconds=chance.randint(30, 800))
            track = int(_TRACKS * chance.random() ** 3)
            artist = track % _ARTISTS
            metadata = {
                "artist_name": f"Artist {artist:04}",
                "track_name": f"Título {track:05} of a song",
                "release_name": f"Album {track // 12:04}",
                "additional_info": {
                    "duration_ms": 120_000 + track,
                    "music_service": "spotify.com",
                    "recording_msid": f"c0000000-0000-4000-8000-{track:012}",
                    "spotify_id": f"https://open.spotify.com/track/{track:022}",
                    "submission_client": "a player",
                },
                "mbid_mapping": {
                    "recording_mbid": f"d0000000-0000-4000-8000-{track:012}",
                    "artist_mbids": [f"a0000000-0000-4000-8000-{artist:012}"],
                }
                if track % 2
                else None,
            }
            listen = {
                "listened_at": int(moment.timestamp()),
                "recording_msid": f"c0000000-0000-4000-8000-{track:012}",
                "inserted_at": int(moment.timestamp()) + number % 7,
                "track_metadata": metadata,
            }
            stream.write(json.dumps(listen, ensure_ascii=False) + "\n")


def write_spotify(file: Path, records: int) -> None:
    """A Spotify extended history of one listener, with some podcasts, by a fixed seed."""
    chance = random.Random(5)
    moment = _START
    with file.open("w", encoding="utf-8") as stream:
        for number in range(records):
            moment += dt.timedelta(seconds=chance.randint(30, 800))
            record = json.dumps(_record(chance, moment), ensure_ascii=False)
            stream.write(f"{',' if number else '['}\n  {record}")
        stream.write("\n]\n")


def _record(chance: random.Random, moment: dt.datetime) -> dict[str, object]:
    # Some songs are heard far more than others.
    track = int(_TRACKS * chance.random() ** 3)
    artist = track % _ARTISTS
    is_song = chance.random() > 0.03
    is_offline = chance.random() < 0.1
    return {
        "ts": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "platform": chance.choice(["ios", "android", "Windows 10 (10.0.19045; x64)", "osx"]),
        "ms_played": chance.randint(0, 300_000),
        "conn_country": "BR",
        "ip_addr": "192.0.2.1",
        "master_metadata_track_name": f"Título {track:05} of a song" if is_song else None,
        "master_metadata_album_artist_name": f"Artist {artist:04}" if is_song else None,
        "master_metadata_album_album_name": f"Album {track // 12:04}" if is_song else None,
        "spotify_track_uri": f"spotify:track:{track:022}" if is_song else None,
        "episode_name": None if is_song else f"Episode {track}",
        "episode_show_name": None if is_song else f"Show {artist % 50}",
        "spotify_episode_uri": None if is_song else f"spotify:episode:{track:022}",
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": chance.choice(["trackdone", "fwdbtn", "clickrow"]),
        "reason_end": chance.choice(["trackdone", "fwdbtn", "endplay"]),
        "shuffle": chance.random() < 0.5,
        "skipped": chance.choice([True, False, None]),
        "offline": is_offline,
        "offline_timestamp": int(moment.timestamp()) if is_offline else None,
        "incognito_mode": False,
    }


def write_table(file: Path, records: int) -> None:
    """A table as lastfm-to-csv writes it, newest first, by a fixed seed."""
    chance = random.Random(6)
    moment = dt.datetime(2025, 1, 1)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for _ in range(records):
            moment -= dt.timedelta(seconds=chance.randint(30, 400))
            track = int(_TRACKS * chance.random() ** 3)
            names = f"Artist {track % _ARTISTS:04}", f"Album {track // 12:04}", f"Título {track:05}"
            writer.writerow([*names, f"{moment:%d %b %Y %H:%M}"])


def write_headed_table(file: Path, records: int) -> None:
    """A table with headings and everything in quotes, newest first, by a fixed seed."""
    chance = random.Random(7)
    moment = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    named = [part for name in ("artist", "album", "track") for part in (name, f"{name}_mbid")]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(["uts", "utc_time", *named])
        for _ in range(records):
            moment -= dt.timedelta(seconds=chance.randint(30, 400))
            track = int(_TRACKS * chance.random() ** 3)
            artist, album = track % _ARTISTS, track // 12
            artist_names = f"Artist {artist:04}", f"a0000000-0000-4000-8000-{artist:012}"
            album_names = f"Album, {album:04}", f"b0000000-0000-4000-8000-{album:012}"
            track_names = f"Título {track:05}", ""
            times = int(moment.timestamp()), f"{moment:%d %b %Y, %H:%M}"
            writer.writerow([*times, *artist_names, *album_names, *track_names])


if __name__ == "__main__":
    main()
