"""Plays go out in three forms and come back as the same plays."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import json
import stat
from typing import TYPE_CHECKING, Any

import histories
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sotw import warehouse
from sotw.__main__ import app
from sotw.actions.prepare import write_settings
from sotw.errors import SotwError
from sotw.export.plays import export_plays
from sotw.ingest import ingest
from sotw.pipeline import models
from sotw.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sotw.warehouse import Connection

NOW = dt.datetime(2026, 1, 1, 12)
TRACK_ID = "0AaBbCcDdEeFfGgHhIiJj1"
MBID = "0a1b2c3d-0000-4000-8000-00000000000a"
# Names with all that a form of text could trip over.
SPOTIFY = [
    {"track": 'Glass "Orchard", Pt. 2', "ms_played": 200_123, "skipped": False, "shuffle": True},
    {"track": "Glass Orchard", "ms_played": 12_000, "skipped": True, "reason_end": "fwdbtn"},
    {
        "track": "Größe; Ähre\tÜber",
        "ms_played": 0,
        "offline": True,
        "offline_timestamp": 1721399403,
    },
    {"track": "Private \\ Matters", "ms_played": 180_000, "incognito_mode": True},
    {"track": None, "episode_name": "On Lighthouses", "episode_show_name": "Slow Coasts"},
    {"track": "日本の歌 🎈", "ms_played": 31_000, "platform": "ios", "conn_country": "PT"},
]
# What is there twice lies in the queue of a player that was offline: elsewhere it is one play.
LASTFM = """uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid
1710236527,"12 Mar 2024, 09:42",The Paper Herons,{mbid},Low Tide,{mbid},Glass Orchard,{mbid}
1710236527,"12 Mar 2024, 09:42",The Paper Herons,{mbid},Low Tide,{mbid},Glass Orchard,{mbid}
1710236528,"12 Mar 2024, 09:42",The Paper Herons,,,,Sent with It,
1710236529,"12 Mar 2024, 09:42",The Paper Herons,,,,And This,
1710236530,"12 Mar 2024, 09:42",The Paper Herons,,,,And That,
1710239527,"12 Mar 2024, 10:32","Mill, Marrow & Co",,,,"A 7"" Single",
"""
MINUTES = """Okto,"Eight, Nine",Arms,13 Mar 2024 09:42
Okto,"Eight, Nine",Arms,13 Mar 2024 09:42
Okto,,One,13 Mar 2024 09:42
Okto,,Two,13 Mar 2024 09:42
Okto,,Three,13 Mar 2024 09:42
Okto,,Legs,13 Mar 2024 09:46
"""

PLAYS = """
select
    fct_plays.played_at, tracks.artist_name, tracks.title, albums.title as album, fct_plays.source,
    fct_plays.reported_at, fct_plays.time_precision, fct_plays.content_type, fct_plays.ms_played,
    is_counted
from core.fct_plays
join raw.plays on (plays.listener_id, plays.source, plays.played_at, plays.track_name_id,
        plays.ordinal)
    = (fct_plays.listener_id, fct_plays.source, reported_at, fct_plays.track_name_id,
       fct_plays.ordinal)
join raw.names as tracks on plays.track_name_id = tracks.name_id
left join raw.names as albums on plays.album_name_id = albums.name_id
order by all
"""
# All of raw but what an import numbers anew.
FACTS = """
select plays.* exclude (listener_id, track_name_id, album_name_id, import_id, line),
    artist_name, title
from raw.plays join raw.names on track_name_id = name_id
order by played_at, artist_name, title, ordinal, source
"""


def spotify_file(folder: Path) -> Path:
    start = dt.datetime(2024, 3, 14, 8)
    records = []
    for number, given in enumerate(SPOTIFY):
        record: dict[str, Any] = {
            "ts": f"{start + dt.timedelta(minutes=7 * number):%Y-%m-%dT%H:%M:%SZ}",
            "platform": "linux",
            "ms_played": 60_000,
            "conn_country": "DE",
            "master_metadata_album_artist_name": "The Paper Herons",
            "master_metadata_album_album_name": "Low Tide",
            "spotify_track_uri": f"spotify:track:{TRACK_ID}",
            "reason_start": "trackdone",
            "reason_end": "trackdone",
            "shuffle": False,
            "skipped": False,
            "offline": False,
            "offline_timestamp": None,
            "incognito_mode": False,
        }
        record |= given
        record["master_metadata_track_name"] = record.pop("track")
        if "episode_name" in given:
            record["spotify_track_uri"] = record["master_metadata_album_artist_name"] = None
        records.append(record)
    file = folder / "Streaming_History_Audio.json"
    file.write_text(json.dumps(records, ensure_ascii=False), "utf-8")
    return file


def lastfm_files(folder: Path) -> list[Path]:
    seconds, minutes = folder / "recent.csv", folder / "minutes.csv"
    seconds.write_text(LASTFM.format(mbid=MBID), "utf-8")
    minutes.write_text(MINUTES, "utf-8")
    return [seconds, minutes]


@functools.cache
def needed() -> list[models.Model]:
    return models.select(models.load_models(), ["core.fct_plays"])


def build_plays(con: Connection) -> None:
    for schema in models.LAYERS:
        con.execute(f"drop schema if exists {schema} cascade")
    write_settings(con, Settings(), NOW)
    histories.materialize(con, needed(), is_audited=False)


def imported(*files: Path) -> Connection:
    con = histories.empty()
    take(con, *files)
    return con


def take(con: Connection, *files: Path) -> list[tuple[int, int, int]]:
    """Import, build, and say what was kept, known and rejected of each file."""
    report = ingest(con, files, "ana", now=NOW)
    assert not report.refused, report.refused
    build_plays(con)
    return [(one.rows_kept, one.rows_known, one.rows_rejected) for one in report.receipts]


def rows(con: Connection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Iterator[Connection]:
    """Plays of two services; no test changes it."""
    folder = tmp_path_factory.mktemp("sources")
    con = imported(spotify_file(folder), *lastfm_files(folder))
    yield con
    con.close()


@pytest.fixture
def anew() -> Iterator[Callable[..., Connection]]:
    """``anew(*files)``: a warehouse of its own with files in it, built."""
    made = []

    def make(*files: Path) -> Connection:
        made.append(imported(*files))
        return made[-1]

    yield make
    for con in made:
        con.close()


@pytest.mark.parametrize("form", ["parquet", "listenbrainz"])
def test_an_export_imported_into_a_new_warehouse_gives_the_same_plays(both, anew, tmp_path, form):
    file = tmp_path / "plays"
    report = export_plays(both, form, "ana", file)
    again = anew(file)
    assert report.plays == len(rows(both, PLAYS)) == 18
    assert rows(again, PLAYS) == rows(both, PLAYS)
    assert rows(again, FACTS) == rows(both, FACTS)


EARLIER = """uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid
{uts},"14 Mar 2024, 07:56",The Paper Herons,,Low Tide,,"Glass ""Orchard"", Pt. 2",
"""


@pytest.mark.parametrize("form", ["parquet", "listenbrainz"])
def test_a_play_that_a_left_out_record_saw_begin_earlier_begins_then_after_an_import(
    anew, tmp_path, form
):
    began = dt.datetime(2024, 3, 14, 7, 56, 1)
    table = tmp_path / "earlier.csv"
    table.write_text(EARLIER.format(uts=int(began.replace(tzinfo=dt.UTC).timestamp())), "utf-8")
    con = anew(spotify_file(tmp_path), table)
    export_plays(con, form, "ana", tmp_path / "plays")
    plays = rows(con, PLAYS)
    assert plays[0][0] == began, "the fixture has no such play"
    again = anew(tmp_path / "plays")
    assert rows(again, PLAYS) == plays
    # Where both records are, nothing says so: an import finds it out as before.
    export_plays(con, form, "ana", tmp_path / "all", every_record=True)
    assert rows(anew(tmp_path / "all"), FACTS) == rows(con, FACTS)
    assert take(con, tmp_path / "plays") == [(0, 6, 0)]
    assert rows(con, PLAYS) == plays
    # And an export of the import says it again.
    export_plays(again, form, "ana", tmp_path / "more")
    assert rows(anew(tmp_path / "more"), PLAYS) == plays


@pytest.mark.parametrize("form", ["parquet", "listenbrainz"])
def test_an_export_imported_where_it_comes_from_is_known_to_the_last_play(anew, tmp_path, form):
    con = anew(spotify_file(tmp_path), *lastfm_files(tmp_path))
    before = rows(con, PLAYS), rows(con, FACTS)
    export_plays(con, form, "ana", tmp_path / "plays")
    assert take(con, tmp_path / "plays") == [(0, 18, 0)]
    assert (rows(con, PLAYS), rows(con, FACTS)) == before


def test_a_table_of_lastfm_gives_back_the_plays_of_lastfm_with_seconds_and_minutes(anew, tmp_path):
    con = anew(*lastfm_files(tmp_path))
    export_plays(con, "lastfm", "ana", tmp_path / "out.csv")
    assert rows(anew(tmp_path / "out.csv"), FACTS) == rows(con, FACTS)
    assert take(con, tmp_path / "out.csv") == [(0, 12, 0)]


def test_a_table_of_lastfm_holds_what_counts_of_other_services_to_the_second(both, anew, tmp_path):
    report = export_plays(both, "lastfm", "ana", tmp_path / "out.csv")
    short = ["played_at", "artist", "track", "album"]
    query = PLAYS.replace("order by all", "")
    counted = {(row[0].replace(microsecond=0), *row[1:4]) for row in rows(both, query) if row[-1]}
    again = {(row[0], *row[1:4]) for row in rows(anew(tmp_path / "out.csv"), query)}
    assert len(short) == 4
    assert again == counted
    assert report.plays + report.not_counted == 18
    assert report.not_counted == 4  # short, not played, private, a podcast


def to_the_second(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(row[0].replace(microsecond=0), *row[1:]) for row in found]


def test_a_table_of_lastfm_taken_back_doubles_no_play_of_any_service(anew, tmp_path):
    con = anew(spotify_file(tmp_path), *lastfm_files(tmp_path))
    before = rows(con, PLAYS)
    export_plays(con, "lastfm", "ana", tmp_path / "out.csv")
    take(con, tmp_path / "out.csv")
    # A start that two services tell is the earlier of the two, and a table has whole seconds.
    assert to_the_second(rows(con, PLAYS)) == to_the_second(before)


@pytest.mark.parametrize("form", ["parquet", "listenbrainz"])
def test_of_a_play_that_two_services_report_one_record_is_written_or_both(anew, tmp_path, form):
    own = tmp_path / "own.csv"
    own.write_text(
        'uts,artist,track\n1710403000,The Paper Herons,"Glass ""Orchard"", Pt. 2"\n', "utf-8"
    )
    con = anew(spotify_file(tmp_path), own)
    before = rows(con, PLAYS)
    assert len(before) == 6
    one = export_plays(con, form, "ana", tmp_path / "one")
    both = export_plays(con, form, "ana", tmp_path / "both", every_record=True)
    assert (one.plays, one.duplicates, both.plays, both.duplicates) == (6, 1, 7, 0)
    # Of both records the same play is made again; of one it is, but for when it began.
    assert rows(anew(tmp_path / "both"), PLAYS) == before
    alone = rows(anew(tmp_path / "one"), PLAYS)
    assert sorted(row[1:] for row in alone) == sorted(row[1:] for row in before)


def test_a_play_known_to_the_minute_states_no_second_in_a_table_of_lastfm(both, tmp_path):
    export_plays(both, "lastfm", "ana", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as stream:
        found = {(row["track"], row["uts"], row["utc_time"]) for row in csv.DictReader(stream)}
    assert ("Legs", "", "13 Mar 2024, 09:46") in found
    assert ("Glass Orchard", "1710236527", "12 Mar 2024, 09:42") in found


def test_a_listen_has_the_usual_fields_and_none_that_is_null(both, tmp_path):
    export_plays(both, "listenbrainz", "ana", tmp_path / "out.jsonl")
    text = (tmp_path / "out.jsonl").read_text("utf-8")
    listens = [json.loads(line) for line in text.split("\n") if line]
    stamps = [one["track_metadata"]["additional_info"]["sotw"]["reported_at"] for one in listens]
    assert stamps == sorted(stamps)
    [listen] = [one for one in listens if one["track_metadata"]["track_name"].endswith("Pt. 2")]
    metadata = listen["track_metadata"]
    added = metadata["additional_info"]
    # Stamped when it starts, as listens are.
    assert listen["listened_at"] == int(
        dt.datetime(2024, 3, 14, 7, 56, 39, tzinfo=dt.UTC).timestamp()
    )
    assert metadata["artist_name"] == "The Paper Herons"
    assert metadata["release_name"] == "Low Tide"
    assert added["spotify_id"] == f"https://open.spotify.com/track/{TRACK_ID}"
    assert added["music_service"] == "spotify.com"
    assert added["duration_played"] == 200
    assert added["sotw"]["reported_at"] == "2024-03-14T08:00:00.000000"
    [scrobble, _] = [one for one in listens if one["listened_at"] == 1710236527]
    assert scrobble["track_metadata"]["additional_info"]["recording_mbid"] == MBID
    assert scrobble["track_metadata"]["additional_info"]["artist_mbids"] == [MBID]
    assert "null" not in text


def test_parquet_has_no_name_of_the_listener_and_a_column_for_each_fact(both, tmp_path):
    export_plays(both, "parquet", "ana", tmp_path / "out.parquet")
    names = set(pq.read_schema(tmp_path / "out.parquet").names)
    facts = {"ms_played", "skipped", "reason_start", "reason_end", "platform", "country"}
    facts |= {"is_shuffle", "is_offline", "is_private", "content_type", "spotify_track_id"}
    assert facts <= names
    assert "listener" not in names


def test_only_the_plays_of_the_listener_are_written(anew, tmp_path):
    con = anew(*lastfm_files(tmp_path))
    ingest(con, [spotify_file(tmp_path)], "ben", now=NOW)
    build_plays(con)
    assert export_plays(con, "parquet", "ana", tmp_path / "ana").plays == 12
    assert export_plays(con, "parquet", "ben", tmp_path / "ben").plays == 6


def test_plays_that_are_not_built_yet_are_told_of(anew, tmp_path):
    con = anew(*lastfm_files(tmp_path))
    ingest(con, [spotify_file(tmp_path)], "ana", now=NOW)
    report = export_plays(con, "parquet", "ana", tmp_path / "out")
    assert (report.plays, report.duplicates) == (12, 6)
    assert report.is_stale


def test_a_file_that_is_there_is_never_overwritten(both, tmp_path):
    (tmp_path / "out").write_text("mine", "utf-8")
    with pytest.raises(SotwError, match="is there already"):
        export_plays(both, "parquet", "ana", tmp_path / "out")
    assert (tmp_path / "out").read_text("utf-8") == "mine"


def test_an_export_that_fails_leaves_nothing_behind(both, tmp_path, monkeypatch):
    from sotw.export import plays as module

    broken = module._OPTIONS | {"parquet": "format parquet, compression nonsense"}
    monkeypatch.setattr(module, "_OPTIONS", broken)
    with pytest.raises(SotwError, match="not written"):
        export_plays(both, "parquet", "ana", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_export_leaves_other_files_alone_and_no_file_but_its_own(both, tmp_path):
    (tmp_path / "out.partial").write_text("mine", "utf-8")
    export_plays(both, "lastfm", "ana", tmp_path / "out")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out", "out.partial"]
    assert (tmp_path / "out.partial").read_text("utf-8") == "mine"
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) & 0o077 == 0


def test_the_commands_say_what_a_form_cannot_hold_and_what_was_left_out(tmp_path, monkeypatch):
    path = tmp_path / "w.duckdb"
    monkeypatch.chdir(tmp_path)
    with warehouse.writing(path) as con:
        ingest(con, [spotify_file(tmp_path)], "ana", now=NOW)
        build_plays(con)
    run = CliRunner().invoke(app, f"export lastfm --output {tmp_path}/a.csv --warehouse {path}")
    assert run.exit_code == 0, run.output
    assert "plays of 'ana' written" in run.output
    assert "plays left out that do not count" in run.output
    assert "no length played" in run.output
    run = CliRunner().invoke(
        app, f"export parquet --output {tmp_path}/a.parquet --warehouse {path} --json"
    )
    assert json.loads(run.output)["plays"] == 6
    run = CliRunner().invoke(app, f"redact {tmp_path}/a.csv --output {tmp_path}/b.csv")
    assert run.exit_code == 0, run.output
    assert "ghan csv" in run.output
    assert "Paper Herons" not in (tmp_path / "b.csv").read_text("utf-8")


def test_listens_leave_out_podcasts_and_private_sessions_and_count_them(tmp_path, monkeypatch):
    path = tmp_path / "w.duckdb"
    monkeypatch.chdir(tmp_path)
    with warehouse.writing(path) as con:
        ingest(con, [spotify_file(tmp_path)], "ana", now=NOW)
        build_plays(con)
    command = f"export listenbrainz --warehouse {path} --output"
    run = CliRunner().invoke(app, f"{command} {tmp_path}/a.jsonl")
    assert "4 plays of 'ana' written" in run.output
    assert "2 plays left out: podcasts" in run.output
    assert "records left out" not in run.output
    written = (tmp_path / "a.jsonl").read_text("utf-8")
    assert "Lighthouses" not in written
    assert "Private" not in written
    run = CliRunner().invoke(app, f"{command} {tmp_path}/b.jsonl --everything")
    assert "6 plays of 'ana' written" in run.output
    assert "left out" not in run.output


def test_an_unknown_listener_and_an_unbuilt_warehouse_are_clear_errors(tmp_path):
    con = histories.empty()
    ingest(con, lastfm_files(tmp_path), "ana", now=NOW)
    with pytest.raises(SotwError, match="no listener is called 'eve'; there is ana"):
        export_plays(con, "parquet", "eve", tmp_path / "out")
    with pytest.raises(SotwError, match=r"core\.fct_plays is not built.*sotw build"):
        export_plays(con, "parquet", "ana", tmp_path / "out")
    con.close()
