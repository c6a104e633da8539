"""`make bench`, second half: how fast exports are read, against bare readers in the same run.

    python tests/bench/reading.py [records]

Writes a Spotify extended history, a lastfm-to-csv table and one with headings, as ghan.nl's tool
writes it, of a million invented plays each (the first has 610 MB) into a temporary folder.
*sotw reading* is from the file into temp.incoming; *ingest* is all of it, with fingerprint,
names, judging and the receipt. Each is the best of several turns, as other work on the machine
only ever adds.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from sotw import warehouse
from sotw.ingest import ingest
from sotw.ingest.load import fill_incoming
from sotw.ingest.reading.documents import find_documents
from sotw.ingest.reading.texts import Tally, take_sample
from sotw.ingest.recognise import judge

RECORDS = 1_000_000
RUNS = 3
_ARTISTS, _TRACKS = 4_000, 60_000
_START = dt.datetime(2011, 1, 1)
# As bare as it gets: the fields that sotw keeps, as texts, cast where they are none.
_BARE_JSON = Path(__file__).with_name("bare_json.sql")
_BARE_CSV = "create or replace table bare as from read_csv(?, header = false, all_varchar = true)"


def main() -> None:
    """Write the files, then measure."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    with tempfile.TemporaryDirectory(prefix="sotw-bench-") as name:
        spotify, table = Path(name, "Streaming_History.json"), Path(name, "plays.csv")
        headed = Path(name, "headed.csv")
        write_spotify(spotify, records)
        write_table(table, records)
        write_headed_table(headed, records)
        print(f"{records:,} records; best of {RUNS} turns")
        _compare(spotify, "json.load", _load_json, _BARE_JSON.read_text(encoding="utf-8"))
        _compare(table, "csv.reader", _read_csv, _BARE_CSV)
        _compare(headed, "csv.reader", _read_csv, _BARE_CSV)


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


def _load_json(file: Path) -> None:
    with file.open(encoding="utf-8") as stream:
        json.load(stream)


def _read_csv(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as stream:
        for _ in csv.reader(stream):
            pass


def _compare(file: Path, peer: str, read_by_peer, bare_query: str) -> None:
    size = file.stat().st_size / 1e6
    by_peer = _best(lambda: read_by_peer(file))
    bare = _best(lambda: _read_bare(file, bare_query))
    ours = _best_of(_read_ours, file)
    whole = _best_of(_ingest, file)
    print(f"{file.name}: {size:,.0f} MB")
    for what, seconds in (
        (peer, by_peer),
        ("bare DuckDB read", bare),
        ("sotw reading", ours),
        ("ingest", whole),
    ):
        ratios = f"{seconds / by_peer:6.2f} x {peer}  {seconds / bare:6.2f} x bare DuckDB"
        print(f"  {what:<20} {seconds:8.2f} s  {ratios}")


def _best(work) -> float:
    def once() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return min(once() for _ in range(RUNS))


def _best_of(work, file: Path) -> float:
    """Best time of what needs an empty warehouse each turn, and measures itself."""
    seconds = []
    for _ in range(RUNS):
        with (
            tempfile.TemporaryDirectory(prefix="sotw-bench-") as folder,
            warehouse.writing(Path(folder, "sotw.duckdb")) as con,
        ):
            seconds.append(work(con, file))
    return min(seconds)


def _read_bare(file: Path, query: str) -> None:
    with duckdb.connect() as con:
        con.execute(query, [str(file)])


def _read_ours(con, file: Path) -> float:
    [document] = find_documents([file], print)
    sample = take_sample(document)
    started = time.perf_counter()
    fill_incoming(con, document, sample, judge(sample), Tally(0, []))
    return time.perf_counter() - started


def _ingest(con, file: Path) -> float:
    started = time.perf_counter()
    report = ingest(con, [file], "bench", now=dt.datetime(2100, 1, 1))
    assert len(report.receipts) == 1, report
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
